import { AgentError, exitCodes } from './errors.ts';

/** What an administrator may set; the defaults serve. */
export interface AgentConfig {
  readonly logLevel: string;
  /** Runs at the same time. */
  readonly concurrency: number;
  /** New work is refused while the disk has less than this free. */
  readonly minFreeBytes: number;
  /** What is kept of one output stream of one run. */
  readonly mostOutputBytes: number;
}

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'];
const mebibyte = 1024 * 1024;

function whole(environment: NodeJS.ProcessEnv, name: string, fallback: number, least: number): number {
  const text = environment[name];
  if (text === undefined || text === '') return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least) {
    throw new AgentError(`${name} is ${JSON.stringify(text)}; it must be a whole number of at least ${least}`, { exitCode: exitCodes.usage });
  }
  return value;
}

/** Reads the configuration from the environment; throws an AgentError that names what is wrong. */
export function readConfig(environment: NodeJS.ProcessEnv): AgentConfig {
  const logLevel = environment['KANADE_LOG_LEVEL'] ?? 'info';
  if (!logLevels.includes(logLevel)) {
    throw new AgentError(`KANADE_LOG_LEVEL is ${JSON.stringify(logLevel)}; it must be one of ${logLevels.join(', ')}`, { exitCode: exitCodes.usage });
  }
  return {
    logLevel,
    concurrency: whole(environment, 'KANADE_AGENT_CONCURRENCY', 4, 1),
    minFreeBytes: whole(environment, 'KANADE_AGENT_MIN_FREE_BYTES', 64 * mebibyte, 0),
    mostOutputBytes: whole(environment, 'KANADE_AGENT_MAX_OUTPUT_BYTES', 256 * mebibyte, mebibyte),
  };
}
