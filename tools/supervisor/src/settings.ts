import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './paths.ts';
import { StartupError } from './startup-error.ts';

/** What `npm start` was asked for, by arguments and environment. */
export interface Settings {
  readonly dataDir: string;
  readonly httpHost: string;
  readonly natsHost: string;
  /** 0 for any free one. */
  readonly httpPort: number;
  readonly natsPort: number;
  /** Simulated endpoints there shall be besides the real one. */
  readonly endpoints: number;
  readonly natsServer: string;
  readonly logLevel: string;
  readonly version: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads arguments and environment; throws StartupError with the fix for anything that cannot be. */
export function readSettings(args: readonly string[], environment: Environment): Settings {
  const { endpoints } = readArguments(args);
  return {
    dataDir: resolve(given(environment, 'KANADE_DATA_DIR') ?? join(root, '.kanade')),
    httpHost: loopback(environment, 'KANADE_HTTP_HOST'),
    natsHost: loopback(environment, 'KANADE_NATS_HOST'),
    httpPort: portOf(environment, 'KANADE_HTTP_PORT', 8080),
    natsPort: portOf(environment, 'KANADE_NATS_PORT', 4222),
    endpoints: wholeNumber('--endpoints', endpoints ?? '0', 10_000),
    natsServer: natsServer(environment),
    logLevel: environment['KANADE_LOG_LEVEL'] ?? 'info',
    version: kanadeVersion(),
  };
}

/** The workspace's version. */
export function kanadeVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '0.0.0';
}

function readArguments(args: readonly string[]): { endpoints?: string | undefined } {
  try {
    return parseArgs({ args: [...args], options: { endpoints: { type: 'string' } } }).values;
  } catch (error) {
    throw new StartupError(error instanceof Error ? error.message : String(error), ['Usage: npm start [-- --endpoints N]'], error);
  }
}

function portOf(environment: Environment, name: string, usual: number): number {
  const text = given(environment, name);
  return text === undefined ? usual : wholeNumber(name, text, 65_535);
}

function wholeNumber(name: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  throw new StartupError(`${name} is ${JSON.stringify(text)}.`, [`It must be a whole number from 0 to ${max}.`]);
}

/** Only loopback until TLS can be configured: passwords and scripts would cross the network in the clear. */
function loopback(environment: Environment, name: string): string {
  const host = given(environment, name) ?? '127.0.0.1';
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return host;
  throw new StartupError(`${name} is ${host}, and kanade listens on loopback only as long as it has no TLS.`, [
    `Unset ${name}, and reach kanade through an SSH tunnel or a TLS proxy on this machine.`,
  ]);
}

/** A variable that is set to nothing counts as absent. */
function given(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === '' ? undefined : value;
}

function natsServer(environment: Environment): string {
  const path = given(environment, 'KANADE_NATS_SERVER');
  if (path !== undefined) return path;
  throw new StartupError('KANADE_NATS_SERVER is not set.', ['Start with `npm start`: it finds or fetches nats-server. Or set it to the path of a nats-server 2.15.']);
}
