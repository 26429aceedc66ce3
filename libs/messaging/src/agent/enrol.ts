import { subjects } from '@kanade/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import { openWire, transportsOf } from '../wire/connect.ts';
import type { WireOptions } from '../wire/connect.ts';
import { MessagingError } from '../errors.ts';
import { toMessagingError } from '../wire/failures.ts';
import { request } from '../wire/jetstream.ts';
import type { AgentConnectOptions } from './types.ts';

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
    return (await request(nc, subjects.enrol(token.tokenId), body, 'enrol', { timeoutMs })).data;
  } finally {
    await nc.close();
  }
}

/** Asks for new JWTs with the renewal JWT as `credentials`, for an agent whose own has expired; returns the raw answer. */
export async function renewWithRenewalJwt(options: AgentConnectOptions, body: Uint8Array, timeoutMs = 15_000): Promise<Uint8Array> {
  const nc = await openByAny({
    urls: options.urls,
    name: `renewal ${options.endpointId}`,
    inboxPrefix: subjects.inbox(options.endpointId),
    credentials: options.credentials,
    ca: options.ca,
  });
  try {
    return (await request(nc, subjects.renew(options.endpointId), body, 'renew', { timeoutMs })).data;
  } finally {
    await nc.close();
  }
}
