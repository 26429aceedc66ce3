import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { MessagingError } from '../errors.ts';

/** Older ones lack what the streams ask for, and a store that a newer one has written is not theirs to open. */
const oldest = { major: 2, minor: 15 };
const program = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';

/**
 * The nats-server `npm start` and `npm test` have found or fetched before: KANADE_NATS_SERVER, one on PATH, in Go's folder or in kanade's
 * cache; too old ones are passed over. Throws a MessagingError when there is none, or the one KANADE_NATS_SERVER names is too old.
 */
export function findNatsServer(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const named = environment['KANADE_NATS_SERVER'];
  if (named !== undefined && named !== '') {
    if (isRecent(named)) return named;
    throw new MessagingError('invalid', `KANADE_NATS_SERVER is ${named}, which is no nats-server ${oldest.major}.${oldest.minor} or newer that runs`);
  }
  const cache = join(environment['KANADE_CACHE_DIR'] ?? join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'kanade'), 'nats-server');
  const places = [
    ...(environment['PATH'] ?? '').split(delimiter).filter((dir) => dir !== ''),
    join(environment['GOPATH'] ?? join(homedir(), 'go'), 'bin'),
    ...(existsSync(cache) ? readdirSync(cache).map((version) => join(cache, version)) : []),
  ];
  const found = places.map((dir) => join(dir, program)).find((file) => isExecutable(file) && isRecent(file));
  if (found !== undefined) return found;
  throw new MessagingError('invalid', `no nats-server ${oldest.major}.${oldest.minor} or newer was found: run npm start or npm test once, which find or fetch one, or set KANADE_NATS_SERVER to its path`);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function isRecent(file: string): boolean {
  try {
    const said = execFileSync(file, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 });
    const [, major = 0, minor = 0] = (/v(\d+)\.(\d+)\./.exec(said) ?? []).map(Number);
    return major > oldest.major || (major === oldest.major && minor >= oldest.minor);
  } catch {
    // It is not for this machine, or no nats-server.
    return false;
  }
}
