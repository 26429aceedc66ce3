import { subjects } from '@kanade/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import { openWire, transportsOf } from '../wire/connect.ts';
import type { WireOptions } from '../wire/connect.ts';
import { MessagingError } from '../errors.ts';
import { toMessagingError } from '../wire/failures.ts';
import { request } from '../wire/jetstream.ts';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { AgentConnectOptions } from './types.ts';

/** A WebSocket has the whole process trust its CA (see openWire): after an errand by another way it trusts what it did before. */
async function keepingTrust<Result>(errand: () => Promise<Result>): Promise<Result> {
  const trusted = getCACertificates('default');
  try {
    return await errand();
  } finally {
    setDefaultCACertificates(trusted);
  }
}

/** What an enrolment token decodes to, as far as connecting needs it. */
export interface EnrolmentAccess {
  readonly urls: readonly string[];
  readonly jwt: string;
  readonly tokenId: string;
  readonly ca: string | null;
}

/** Opens a connection for one errand by whichever transport gets through; throws what the first one met. */
async function openByAny(options: Omit<WireOptions, 'reconnect'>): Promise<NatsConnection> {
  let failure: MessagingError | undefined;
  for (const urls of transportsOf(options.urls)) {
    try {
      return await openWire({ ...options, urls, reconnect: false });
    } catch (error) {
      failure ??= toMessagingError(error, 'connect to the broker');
    }
  }
  throw failure ?? new MessagingError('invalid', 'there is no address to connect to');
}

/** Opens a token's connection, asks `kanade.enrol.<tokenId>` and returns the raw answer; the body is an `enrolRequestSchema` as JSON. */
export async function enrolWithToken(token: EnrolmentAccess, body: Uint8Array, timeoutMs = 15_000): Promise<Uint8Array> {
  const nc = await openByAny({
    urls: token.urls,
    name: 'kanade enrolment',
    inboxPrefix: subjects.enrolInbox(token.tokenId),
    // The token's JWT is a bearer's: it has no key to prove.
    credentials: () => ({ jwt: token.jwt, seed: '' }),
    ca: token.ca,
  });
  try {
    return (await request(nc, subjects.enrol(token.tokenId), body, 'enrol', { timeoutMs })).body;
  } finally {
    await nc.close();
  }
}

/**
 * Asks `kanade.renew.<endpointId>` on a connection of its own, and returns the raw answer: with the renewal JWT for an agent whose own has
 * expired, or by another way than the present one, to see whether it is any good.
 */
export async function askOnce(options: AgentConnectOptions, body: Uint8Array, timeoutMs = 15_000): Promise<Uint8Array> {
  return keepingTrust(() => ask(options, body, timeoutMs));
}

async function ask(options: AgentConnectOptions, body: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
  const nc = await openByAny({
    urls: options.urls,
    name: `renewal ${options.endpointId}`,
    inboxPrefix: subjects.inbox(options.endpointId),
    credentials: options.credentials,
    ca: options.ca,
  });
  try {
    return (await request(nc, subjects.renew(options.endpointId), body, 'renew', { timeoutMs })).body;
  } finally {
    await nc.close();
  }
}
