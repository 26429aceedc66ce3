import { isIP } from 'node:net';
import type { Ports } from './ports.ts';
import type { Settings } from './settings.ts';

type Listeners = Pick<Settings, 'httpHost' | 'natsHost' | 'tls'>;

const bracketed = (host: string): string => (isIP(host) === 6 ? `[${host}]` : host);

/** How a program of this machine reaches a listener: a certificate of somebody else's making names only what is public. */
function localName(host: string, { tls }: Pick<Settings, 'tls'>): string {
  if (tls?.own !== undefined) return tls.publicNames[0] ?? host;
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/** Where the console and the API are, for people and for this machine. */
export function httpUrl(settings: Listeners, ports: Pick<Ports, 'http'>): string {
  return `${settings.tls === undefined ? 'http' : 'https'}://${bracketed(localName(settings.httpHost, settings))}:${ports.http}`;
}

/** Where the broker is, for this machine. */
export function natsUrl(settings: Listeners, ports: Pick<Ports, 'nats'>): string {
  return `${settings.tls === undefined ? 'nats' : 'tls'}://${bracketed(localName(settings.natsHost, settings))}:${ports.nats}`;
}

/** Where endpoints reach the broker: over TLS, and by WebSocket where only the web is let through. */
export function publicNatsUrls(settings: Listeners, ports: Pick<Ports, 'nats' | 'webSocket'>): string[] {
  const { tls } = settings;
  if (tls === undefined || isLocal(settings.natsHost)) return [natsUrl(settings, ports)];
  const names = tls.publicNames.map(bracketed);
  return [...names.map((name) => `tls://${name}:${ports.nats}`), ...names.map((name) => `wss://${name}:${ports.webSocket}`)];
}

/** What a certificate of our own has to name. */
export function certifiedNames({ httpHost, natsHost, tls }: Listeners): string[] {
  const listening = [httpHost, natsHost].filter((host) => host !== '0.0.0.0' && host !== '::');
  return [...new Set([...(tls?.publicNames ?? []), ...listening, 'localhost', '127.0.0.1', '::1'])];
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
