import { parseArgs } from 'node:util';
import { AgentError, exitCodes } from '../errors.ts';
import { messageOf } from '../data-dir/data-dir.ts';

/** What the command line asks for. */
export type Invocation =
  | { readonly command: 'enrol'; readonly token: string; readonly dataDir: string; readonly simulated: boolean }
  | { readonly command: 'run'; readonly dataDir: string }
  | { readonly command: 'simulate'; readonly count: number; readonly token: string | undefined; readonly dataDir: string }
  | { readonly command: 'version' }
  | { readonly command: 'help' };

export const helpText = `kanade-agent: the service on an endpoint. It takes commands, runs them and reports what came of them.

  kanade-agent enrol TOKEN --data-dir DIR [--simulated]   make this machine an endpoint; TOKEN is what kanade enrol-token create printed
  kanade-agent run --data-dir DIR                         work, until stopped
  kanade-agent simulate --count N --data-dir DIR [--token TOKEN]
                                                          N simulated endpoints in one process; TOKEN enrols those that are not yet
  kanade-agent version                                    print the version
  kanade-agent help                                       print this

TOKEN may be - : it is then read from standard input, and stays out of the process list.

Environment
  KANADE_LOG_LEVEL               debug, info, warn, error or silent (info)
  KANADE_AGENT_CONCURRENCY       runs at the same time (4)
  KANADE_AGENT_MIN_FREE_BYTES    with less free disk than this, new work is refused (67108864)
  KANADE_AGENT_MAX_OUTPUT_BYTES  what is kept of one output stream of a run (268435456)

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not enrolled, 4 the data directory is in use.
`;

function usage(message: string): never {
  throw new AgentError(`${message}\nRun kanade-agent help to see what it takes.`, { exitCode: exitCodes.usage });
}

const options = {
  'data-dir': { type: 'string' },
  token: { type: 'string' },
  count: { type: 'string' },
  simulated: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

type Values = { readonly [Name in keyof typeof options]?: string | boolean };

const allowed: Readonly<Record<string, readonly string[]>> = {
  enrol: ['data-dir', 'simulated'],
  run: ['data-dir'],
  simulate: ['data-dir', 'count', 'token'],
  version: [],
  help: [],
};

function text(values: Values, name: 'data-dir' | 'token' | 'count', command: string): string {
  const value = values[name];
  return typeof value === 'string' && value !== '' ? value : usage(`${command} needs --${name}`);
}

function read(args: readonly string[]): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    return usage(messageOf(error));
  }
}

/** Reads the command line; throws an AgentError of exit code 2 that says what is wrong with it. */
export function parseArguments(args: readonly string[]): Invocation {
  const { values, positionals } = read(args);
  const [command, ...rest] = positionals;
  if (values.help === true || command === 'help' || (command === undefined && values.version !== true)) return { command: 'help' };
  if (values.version === true || command === 'version') return { command: 'version' };
  const names = command === undefined ? undefined : allowed[command];
  if (command === undefined || !names) return usage(`${JSON.stringify(command)} is no command of kanade-agent`);
  const foreign = Object.keys(values).find((name) => !names.includes(name));
  if (foreign !== undefined) return usage(`${command} takes no --${foreign}`);
  if (rest.length > (command === 'enrol' ? 1 : 0)) return usage(`${command} does not take ${JSON.stringify(rest.at(-1))}`);
  const dataDir = text(values, 'data-dir', command);
  if (command === 'enrol') {
    const [token] = rest;
    return token === undefined ? usage('enrol needs the token') : { command, token, dataDir, simulated: values.simulated === true };
  }
  if (command === 'run') return { command, dataDir };
  const count = Number(text(values, 'count', command));
  if (!Number.isInteger(count) || count < 1 || count > 5000) return usage('--count must be a whole number from 1 to 5000');
  return { command: 'simulate', count, token: values.token === undefined ? undefined : text(values, 'token', command), dataDir };
}
