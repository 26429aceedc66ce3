import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { writePrivateFile } from '@kanade/messaging';
import type { DataPaths } from './paths.ts';
import type { Settings } from './settings.ts';
import { errorCode, messageOf, StartupError } from './startup-error.ts';

/** The ports of one start, each free when it was chosen; children keep them over restarts. */
export interface Ports {
  readonly http: number;
  readonly nats: number;
  readonly webSocket: number;
}

/** Chooses the ports: the ones asked for, else the last ones (agents know them), else any; StartupError when one is taken. */
export async function choosePorts(settings: Settings, paths: DataPaths): Promise<Ports> {
  const last = readPorts(paths);
  const ports = {
    http: await choose(settings.httpHost, settings.httpPort, 'KANADE_HTTP_PORT', last['http']),
    nats: await choose(settings.natsHost, settings.natsPort, 'KANADE_NATS_PORT', last['nats']),
    webSocket: await choose(settings.natsHost, 0, '', last['webSocket']),
  };
  writePrivateFile(paths.ports, `${JSON.stringify(ports)}\n`);
  return ports;
}

async function choose(host: string, asked: number, variable: string, last: unknown): Promise<number> {
  if (asked !== 0) {
    await tryPort(host, asked).catch((error: unknown) => {
      throw portError(error, host, asked, variable);
    });
    return asked;
  }
  const known = typeof last === 'number' ? await tryPort(host, last).catch(() => undefined) : undefined;
  return known ?? tryPort(host, 0);
}

function portError(error: unknown, host: string, port: number, variable: string): unknown {
  const code = errorCode(error);
  const advice = [`Stop what uses it, or choose another: ${variable}=<port> npm start (0 takes any free one).`];
  if (code === 'EADDRINUSE') return new StartupError(`Port ${port} on ${host} is taken by another program.`, advice, error);
  if (code === 'EACCES') return new StartupError(`This user may not listen on port ${port}.`, advice, error);
  return new StartupError(`Port ${port} on ${host} cannot be used: ${messageOf(error)}.`, advice, error);
}

/** Listens for a moment, which is the only sure way to know. */
function tryPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(found));
    });
  });
}

function readPorts(paths: DataPaths): Record<string, unknown> {
  if (!existsSync(paths.ports)) return {};
  try {
    const value: unknown = JSON.parse(readFileSync(paths.ports, 'utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
