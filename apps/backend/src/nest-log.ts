import type { LoggerService } from '@nestjs/common';
import type { Log } from './log.ts';

/** Nest's own messages, in our log: what it tells of modules and routes is debugging. */
export class NestLog implements LoggerService {
  constructor(private readonly sink: Log) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.sink.debug({ from: rest.at(-1) }, String(message));
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.sink.debug({ from: rest.at(-1) }, String(message));
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.sink.debug({ from: rest.at(-1) }, String(message));
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.sink.warn({ from: rest.at(-1) }, String(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.sink.error({ from: rest.at(-1), err: message instanceof Error ? message : undefined }, String(message));
  }
}
