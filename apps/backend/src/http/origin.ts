import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { interfaceHeader } from '@kanade/contracts';
import type { FastifyRequest } from 'fastify';
import type { Origin } from '../accounts/principal.ts';
import { sessionCookieName } from '../accounts/session-cookie.ts';

const loopback = /^(127\.|::1$)/;

/** Only a browser has our cookie, or says from which site it asks; the command line says what it is. */
function interfaceOf({ authorization, cookie, 'sec-fetch-site': site, [interfaceHeader]: said }: IncomingHttpHeaders): Origin['interface'] {
  const browser = authorization === undefined && (site !== undefined || cookie?.includes(`${sessionCookieName}=`) === true);
  if (browser) return 'console';
  return said === 'cli' ? 'cli' : 'api';
}

/** An IPv4 address in IPv6's clothes is the same address. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '').slice(0, 100);

export function originOf({ ip, headers }: FastifyRequest): Origin {
  return { address: plain(ip), interface: interfaceOf(headers) };
}

/** The same for what does not come through Fastify: a proxy on this machine is believed here too, and nobody else. */
export function originOfUpgrade({ socket, headers }: IncomingMessage): Origin {
  const peer = plain(socket.remoteAddress ?? '');
  const forwarded = headers['x-forwarded-for'];
  const named = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded)?.split(',').at(-1)?.trim();
  return { address: loopback.test(peer) && named !== undefined && named !== '' ? plain(named) : peer, interface: interfaceOf(headers) };
}
