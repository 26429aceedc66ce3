import { setGlobalProxyFromEnv } from 'node:http';
import { isIP } from 'node:net';
import { checkServerIdentity, setDefaultCACertificates } from 'node:tls';
import type { PeerCertificate } from 'node:tls';
import { connect } from '@nats-io/transport-node';
import { wsconnect } from '@nats-io/nats-core';
import type { Authenticator, NatsConnection } from '@nats-io/nats-core';
import type { Credentials } from '../crypto/credentials.ts';
import { publicKeyOf, signWithSeed } from '../crypto/nkey.ts';
import { toMessagingError } from './failures.ts';
import { rememberInbox } from './inbox.ts';

export interface WireOptions {
  /** All by one transport: see `transportsOf`. */
  readonly urls: readonly string[];
  readonly name: string;
  readonly inboxPrefix: string;
  readonly credentials: () => Credentials;
  readonly ca: string | null;
  /** False for a short errand, such as enrolling. */
  readonly reconnect: boolean;
  /** How often a lost connection is tried again before it closes for good; absent: for ever. */
  readonly maxReconnects?: number;
  /** True when a planned reconnect is under way: no waiting then. */
  readonly hurry?: () => boolean;
}

/** Signs the server's nonce with the user's NKey; a bearer JWT (an enrolment token) has no seed and signs nothing. */
function authenticator(credentials: () => Credentials): Authenticator {
  let last: Credentials | undefined;
  return (nonce) => {
    try {
      last = credentials();
    } catch (cause) {
      // An authenticator that throws closes the connection for good; the last known credentials at worst are refused.
      if (last === undefined) throw cause;
    }
    const { jwt, seed } = last;
    if (seed === '') return { jwt, nkey: '', sig: '' };
    return { jwt, nkey: publicKeyOf(seed), sig: signWithSeed(seed, Buffer.from(nonce ?? '')).toString('base64url') };
  };
}

const jittered = (): number => 200 + Math.floor(Math.random() * 1800);

const isWebSocket = (url: string): boolean => /^wss?:/.test(url);

/** Addresses by the way they are reached, in their order: one connection cannot change from TCP to WebSocket. */
export function transportsOf(urls: readonly string[]): (readonly string[])[] {
  const tcp = urls.filter((url) => !isWebSocket(url));
  const webSocket = urls.filter(isWebSocket);
  const groups = urls[0] !== undefined && isWebSocket(urls[0]) ? [webSocket, tcp] : [tcp, webSocket];
  return groups.filter((group) => group.length > 0);
}

/** A PEM text may hold the old and the new authority, while one takes the other's place. */
const certificatesOf = (pem: string): string[] => pem.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g) ?? [pem];

/**
 * Node's WebSocket takes no CA and no proxy of its own, only the process's: whoever pins a CA talks to the broker and to nothing else, so
 * the whole process may trust that CA alone. HTTPS_PROXY and NO_PROXY are honoured, as a proxy is the reason for this transport.
 */
function prepareWebSocket(ca: string | null): void {
  if (ca !== null) setDefaultCACertificates(certificatesOf(ca));
  forgetProxy();
  forgetProxy = setGlobalProxyFromEnv();
}
let forgetProxy = (): void => undefined;

/** `nats://host:port` and the like, without the brackets of an IPv6 address. */
const hostOf = (url: string): string => new URL(url.replace(/^[a-z]+:/, 'http:')).hostname.replace(/^\[|\]$/g, '');

/**
 * The client upgrades an open socket and tells Node no host when it dialled an address; Node then compares the certificate with
 * "localhost". So where addresses are dialled, the certificate has to name one of them.
 */
function checkIdentity(urls: readonly string[]): (host: string, certificate: PeerCertificate) => Error | undefined {
  const hosts = urls.map(hostOf);
  const unnamed = hosts.filter((host) => isIP(host) !== 0 || host === 'localhost');
  return (host, certificate) => {
    if (host !== 'localhost' || unnamed.length === 0) return checkServerIdentity(host, certificate);
    const failures = unnamed.map((each) => checkServerIdentity(each, certificate));
    return failures.includes(undefined) ? undefined : failures[0];
  };
}

/** An address that says tls:// is never spoken to in the clear, whatever the server offers. */
function tlsOptions({ urls, ca }: WireOptions) {
  if (ca === null && !urls.some((url) => url.startsWith('tls:'))) return {};
  return { tls: { checkServerIdentity: checkIdentity(urls), ...(ca === null ? {} : { ca }) } };
}

/** Opens a NATS connection that never gives up (unless `reconnect` is false); ws:// and wss:// go by WebSocket. */
export async function openWire(options: WireOptions): Promise<NatsConnection> {
  const webSocket = options.urls.some(isWebSocket);
  if (webSocket) prepareWebSocket(options.ca);
  const settings = {
    servers: [...options.urls],
    name: options.name,
    inboxPrefix: options.inboxPrefix,
    authenticator: authenticator(options.credentials),
    reconnect: options.reconnect,
    maxReconnectAttempts: options.maxReconnects ?? -1,
    // Without it the client gives up for ever after two refusals in a row.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: 250,
    reconnectDelayHandler: () => (options.hurry?.() === true ? 0 : jittered()),
    pingInterval: 20_000,
    maxPingOut: 2,
    timeout: 10_000,
    ignoreClusterUpdates: true,
    ...(webSocket ? {} : tlsOptions(options)),
  };
  try {
    return rememberInbox(await (webSocket ? wsconnect(settings) : connect(settings)), options.inboxPrefix);
  } catch (cause) {
    throw toMessagingError(cause, 'connect to the broker');
  }
}
