import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { ensurePrivateDir, writePrivateFile } from '../crypto/private-files.ts';
import { issueJwt, readJwt } from '../crypto/jwt.ts';
import { MessagingError } from '../errors.ts';
import { parseRecord } from '../wire/json.ts';
import { accountClaims, operatorJwt } from './accounts.ts';
import { createBrokerKeys } from './keys.ts';
import type { BrokerKeys } from './keys.ts';
import { earlierOperators, earlierSigners } from './rotations.ts';
import type { BrokerConfigOptions, BrokerPorts } from './types.ts';

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** JSON is what nats-server's configuration takes for a quoted text. */
const quoted = (text: string): string => JSON.stringify(text);

/** What is pushed to the running broker, and would let somebody in again if a preloaded JWT forgot it. */
const kept = ['revocations', 'mappings'] as const;

/** The account's JWT as the broker's resolver has it when it says the same, else a new one with what was pushed since, also under an earlier operator key. */
function accountJwt(keys: BrokerKeys, operators: ReadonlySet<string>, jwtDir: string, account: ReturnType<typeof accountClaims>[number]): string {
  const file = join(jwtDir, `${account.subject}.jwt`);
  const known = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  const knownClaims = known === undefined ? undefined : readJwt(known);
  const ours = knownClaims !== undefined && (knownClaims.iss === keys.operator.publicKey || operators.has(knownClaims.iss));
  const pushed = kept.flatMap((claim) => (ours && knownClaims.nats[claim] !== undefined ? [[claim, knownClaims.nats[claim]] as const] : []));
  const nats = { ...account.nats, ...Object.fromEntries(pushed) };
  const jwt = issueJwt({ name: account.name, subject: account.subject, type: 'account', issuerSeed: keys.operator.seed, nats });
  const same = ours && knownClaims.iss === keys.operator.publicKey && JSON.stringify(knownClaims.nats) === JSON.stringify(readJwt(jwt).nats);
  return same && known !== undefined ? known : jwt;
}

/**
 * Batches that may be open at once, of a stream and of all: one endpoint gets no further than a few before it is held, and others must not
 * notice. An own limit of the server's is 50, which one client could use up.
 */
export const maxOpenBatches = 500;
const batchLimits = `{ batch: { max_inflight_per_stream: ${maxOpenBatches}, max_inflight_total: ${maxOpenBatches} } }`;

/** What any connection may do to the broker, whoever it is; each role's own limits are in its template. */
export const brokerLimits = { maxPayload: 1_048_576, maxConnections: 65_536, maxSubscriptions: 100_000, maxControlLine: 4096, maxPending: 67_108_864, authTimeoutSeconds: 5 } as const;
const connectionLimits = [
  `max_payload: ${brokerLimits.maxPayload}`,
  `max_connections: ${brokerLimits.maxConnections}`,
  `max_subscriptions: ${brokerLimits.maxSubscriptions}`,
  `max_control_line: ${brokerLimits.maxControlLine}`,
  `max_pending: ${brokerLimits.maxPending}`,
  `authorization: { timeout: ${brokerLimits.authTimeoutSeconds} }`,
];

const port = (value: number): number => (value === 0 ? -1 : value);

function listeners(options: BrokerConfigOptions): string[] {
  const { host, tls } = options;
  if (!isLoopback(host) && tls === undefined) {
    throw new MessagingError('refused', `the broker may listen on ${host} only with TLS; use a loopback address such as 127.0.0.1, or give certificate and key`);
  }
  const files = tls === undefined ? undefined : `cert_file: ${quoted(tls.certFile)}, key_file: ${quoted(tls.keyFile)}, min_version: "1.3"`;
  return [
    `host: ${quoted(host)}`,
    `port: ${port(options.natsPort)}`,
    ...(files === undefined ? [] : [`tls: { ${files} }`]),
    `websocket: { host: ${quoted(host)}, port: ${port(options.wsPort)}, ${files === undefined ? 'no_tls: true' : `tls: { ${files} }`} }`,
  ];
}

/** Writes `broker/nats.conf` of a data directory (operator, accounts, listeners, JetStream); refuses other than loopback without TLS. */
export function writeBrokerConfig(options: BrokerConfigOptions): { configFile: string } {
  const brokerDir = join(options.dataDir, 'broker');
  const dirs = { jwt: join(brokerDir, 'jwt'), jetstream: join(brokerDir, 'jetstream'), ports: join(brokerDir, 'ports') };
  const lines = listeners(options);
  for (const dir of [options.dataDir, brokerDir, ...Object.values(dirs)]) ensurePrivateDir(dir);
  const keysDir = join(options.dataDir, 'keys');
  const keys = createBrokerKeys(keysDir);
  const operators = earlierOperators(keysDir);
  const accounts = accountClaims(keys, earlierSigners(keysDir, Date.now()));
  const preload = accounts.map((account) => `  ${account.subject}: ${quoted(accountJwt(keys, operators, dirs.jwt, account))}`);
  const configFile = join(brokerDir, 'nats.conf');
  writePrivateFile(
    configFile,
    [
      'server_name: "kanade"',
      ...lines,
      `ports_file_dir: ${quoted(dirs.ports)}`,
      `operator: ${quoted(operatorJwt(keys))}`,
      `system_account: ${keys.sysAccount.publicKey}`,
      `resolver: { type: full, dir: ${quoted(dirs.jwt)}, allow_delete: true, interval: "2m", limit: 1000 }`,
      'resolver_preload: {',
      ...preload,
      '}',
      // Without "always" two minutes of acknowledged events are lost in a power cut.
      `jetstream: { store_dir: ${quoted(dirs.jetstream)}, max_mem: 256MB, max_file: ${options.maxFileBytes}, sync_interval: always, limits: ${batchLimits} }`,
      ...connectionLimits,
      'ping_interval: "20s"',
      'ping_max: 2',
      '',
    ].join('\n'),
  );
  return { configFile };
}

/** Where the broker of process `pid` listens, or undefined while it has not said so. */
export function readBrokerPorts(dataDir: string, pid: number): BrokerPorts | undefined {
  const dir = join(dataDir, 'broker', 'ports');
  // The file is named after the executable, which need not be called nats-server.
  const file = existsSync(dir) ? readdirSync(dir).find((name) => name.endsWith(`_${pid}.ports`)) : undefined;
  if (file === undefined) return undefined;
  const text = readFileSync(join(dir, file), 'utf8');
  if (text.trim() === '') return undefined;
  const ports = parseRecord(text, file);
  const first = (key: string): string | undefined => {
    const urls = ports[key];
    const url: unknown = Array.isArray(urls) ? urls[0] : undefined;
    return typeof url === 'string' ? url : undefined;
  };
  const natsUrl = first('nats');
  const wsUrl = first('websocket');
  return natsUrl === undefined || wsUrl === undefined ? undefined : { natsUrl, wsUrl };
}
