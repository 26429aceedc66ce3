import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';

/** Where the process logs to, as a class so that it can be injected. */
export class Log {
  constructor(readonly pino: Logger) {}

  debug(fields: object, message: string): void {
    this.pino.debug(fields, message);
  }
  info(fields: object, message: string): void {
    this.pino.info(fields, message);
  }
  warn(fields: object, message: string): void {
    this.pino.warn(fields, message);
  }
  error(fields: object, message: string): void {
    this.pino.error(fields, message);
  }
  fatal(fields: object, message: string): void {
    this.pino.fatal(fields, message);
  }
}

const secrets = ['authorization', 'cookie', 'set-cookie', 'password', 'token'];

/** Makes the log: JSON lines, secrets cut out where they could turn up. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const paths = secrets.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);
  const options = { level, base: { service: 'backend' }, timestamp: pino.stdTimeFunctions.isoTime, redact: { paths, censor: '[secret]' } };
  return new Log(destination === undefined ? pino(options) : pino(options, destination));
}
