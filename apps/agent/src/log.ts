import pino from 'pino';

/** What the agent's parts log with; JSON lines, never with scripts, environment, output or keys in them. */
export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error'>;

/** Logs to standard output, at `level`; synchronous, so that the last words before an exit are not lost. */
export function createLog(level: string, bindings: Readonly<Record<string, string>> = {}): Log {
  return pino({ level, base: { name: 'kanade-agent', ...bindings }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 1, sync: true }));
}

/** For specs, and where a simulated endpoint would only repeat its neighbours. */
export const silentLog: Log = pino({ level: 'silent' });
