import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
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
  /** Undefined while everything stays on loopback and nobody asked for it. */
  readonly tls: TlsSettings | undefined;
  /** Simulated endpoints there shall be besides the real one. */
  readonly endpoints: number;
  readonly natsServer: string;
  readonly logLevel: string;
  /** Where the record is archived; undefined for the data directory. */
  readonly archiveDir: string | undefined;
  /** What the backend alone has an opinion about, as it is to be told; it says what is wrong with it. */
  readonly forBackend: Readonly<Record<string, string>>;
  readonly version: string;
}

/** How the listeners are protected. */
export interface TlsSettings {
  /** What endpoints and browsers call this machine, the first in every address that is printed. */
  readonly publicNames: readonly string[];
  /** The operator's own certificate; undefined for one of the CA that is made at the first start. */
  readonly own: { readonly certFile: string; readonly keyFile: string; readonly caFile: string | undefined } | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads arguments and environment; throws StartupError with the fix for anything that cannot be. */
export function readSettings(args: readonly string[], environment: Environment): Settings {
  const { endpoints } = readArguments(args);
  const tls = readTls(environment);
  const archiveDir = given(environment, 'KANADE_ARCHIVE_DIR');
  return {
    dataDir: resolve(given(environment, 'KANADE_DATA_DIR') ?? join(root, '.kanade')),
    httpHost: listenAddress(environment, 'KANADE_HTTP_HOST', tls),
    natsHost: listenAddress(environment, 'KANADE_NATS_HOST', tls),
    httpPort: portOf(environment, 'KANADE_HTTP_PORT', 8080),
    natsPort: portOf(environment, 'KANADE_NATS_PORT', 4222),
    tls,
    endpoints: wholeNumber('--endpoints', endpoints ?? '0', 10_000),
    natsServer: natsServer(environment),
    logLevel: environment['KANADE_LOG_LEVEL'] ?? 'info',
    archiveDir: archiveDir === undefined ? undefined : resolve(archiveDir),
    forBackend: forBackend(environment),
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

/** Without TLS only loopback: passwords and scripts would cross the network in the clear. */
function listenAddress(environment: Environment, name: string, tls: TlsSettings | undefined): string {
  const host = given(environment, name) ?? '127.0.0.1';
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))) return host;
  if (isIP(host) === 0) throw new StartupError(`${name} is ${JSON.stringify(host)}.`, ['It must be an address of this machine, such as 0.0.0.0 for all of them.']);
  if (tls !== undefined) return host;
  throw new StartupError(`${name} is ${host}, and kanade listens on loopback only as long as it has no TLS.`, [
    'Set KANADE_TLS=on for certificates of its own, or KANADE_TLS_CERT and KANADE_TLS_KEY to the paths of yours.',
  ]);
}

const publicName = /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;

function readTls(environment: Environment): TlsSettings | undefined {
  const certFile = given(environment, 'KANADE_TLS_CERT');
  const keyFile = given(environment, 'KANADE_TLS_KEY');
  const caFile = given(environment, 'KANADE_TLS_CA');
  const wanted = given(environment, 'KANADE_TLS');
  if (wanted !== undefined && wanted !== 'on' && wanted !== 'off') throw new StartupError(`KANADE_TLS is ${JSON.stringify(wanted)}.`, ['It must be on or off.']);
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new StartupError('KANADE_TLS_CERT and KANADE_TLS_KEY go together.', ['Set both to the paths of PEM files, or neither for certificates of kanade’s own.']);
  }
  if (wanted === 'off' || (wanted === undefined && certFile === undefined)) return undefined;
  const names = given(environment, 'KANADE_PUBLIC_NAMES')?.split(',').map((name) => name.trim()) ?? ownNames();
  const wrong = names.find((name) => isIP(name) === 0 && !publicName.test(name));
  if (wrong !== undefined) throw new StartupError(`KANADE_PUBLIC_NAMES has ${JSON.stringify(wrong)} in it.`, ['It must be host names and addresses, separated by commas: kanade.example.net,192.0.2.1']);
  const own = certFile === undefined || keyFile === undefined ? undefined : { certFile: resolve(certFile), keyFile: resolve(keyFile), caFile: caFile === undefined ? undefined : resolve(caFile) };
  return { publicNames: names, own };
}

/** What this machine is called when nobody says: its name, and the addresses it has. */
function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return [hostname(), ...addresses.filter(({ internal, scopeid }) => !internal && !scopeid).map(({ address }) => address)];
}

/** A variable that is set to nothing counts as absent. */
function given(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === '' ? undefined : value;
}

/** Where the audit is sent, who else signs people in, what wants another person's approval, how much anybody may ask and store, what is kept. */
const backendOnly = /^KANADE_(AUDIT_|OIDC_|APPROVAL_|PUBLIC_URL$|EVENTS_PER_DAY$|EVENT_BYTES_PER_DAY$|CHECKPOINT_FILE$|REQUESTS_PER_MINUTE$|KEEP_)/;

/** Paths are made absolute: the backend may run elsewhere. */
function forBackend(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.keys(environment).flatMap((name) => {
      const value = backendOnly.test(name) ? given(environment, name) : undefined;
      return value === undefined ? [] : [[name, name.endsWith('_FILE') ? resolve(value) : value]];
    }),
  );
}

function natsServer(environment: Environment): string {
  const path = given(environment, 'KANADE_NATS_SERVER');
  if (path !== undefined) return path;
  throw new StartupError('KANADE_NATS_SERVER is not set.', ['Start with `npm start`: it finds or fetches nats-server. Or set it to the path of a nats-server 2.15.']);
}
