import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The nats-server to test with: KANADE_NATS_SERVER, else one on PATH, in Go's bin directory or in kanade's cache. */
export function findNatsServer(): string {
  const named = process.env['KANADE_NATS_SERVER'];
  if (named !== undefined && named !== '') return named;
  const places = [
    ...(process.env['PATH'] ?? '').split(delimiter).map((dir) => join(dir, 'nats-server')),
    join(process.env['GOPATH'] ?? join(homedir(), 'go'), 'bin', 'nats-server'),
    join(homedir(), '.cache', 'kanade', 'nats-server'),
  ];
  const found = places.find(isExecutable);
  if (found === undefined) throw new Error('no nats-server found; set KANADE_NATS_SERVER to one of 2.15 or newer');
  return found;
}
