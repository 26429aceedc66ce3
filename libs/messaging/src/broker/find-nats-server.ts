import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { MessagingError } from '../errors.ts';

const program = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';

/**
 * The nats-server `npm start` and `npm test` have found or fetched before: KANADE_NATS_SERVER, one on PATH, in Go's folder or in kanade's
 * cache; throws a MessagingError when there is none.
 */
export function findNatsServer(environment: Readonly<Record<string, string | undefined>> = process.env): string {
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
  throw new MessagingError('invalid', 'no nats-server was found: run npm start or npm test once, which find or fetch one, or set KANADE_NATS_SERVER to its path');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
