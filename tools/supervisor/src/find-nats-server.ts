import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { StartupError } from './startup-error.ts';

const program = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';

/** The nats-server `npm start` has found or fetched before: KANADE_NATS_SERVER, one on PATH, in Go's folder or in our cache. */
export function findNatsServer(environment: Readonly<Record<string, string | undefined>>): string {
  const named = environment['KANADE_NATS_SERVER'];
  if (named !== undefined && named !== '') return named;
  const cache = join(environment['KANADE_CACHE_DIR'] ?? join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'kanade'), 'nats-server');
  const places = [
    ...(environment['PATH'] ?? '').split(delimiter).filter((dir) => dir !== ''),
    join(environment['GOPATH'] ?? join(homedir(), 'go'), 'bin'),
    ...(existsSync(cache) ? readdirSync(cache).map((version) => join(cache, version)) : []),
  ];
  const found = places.map((dir) => join(dir, program)).find(isExecutable);
  if (found !== undefined) return found;
  throw new StartupError('No nats-server was found.', ['Run npm start once, which finds or fetches one, or set KANADE_NATS_SERVER to its path.']);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
