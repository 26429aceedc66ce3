import type { NatsConnection } from '@nats-io/nats-core';

const prefixes = new WeakMap<NatsConnection, string>();

/** Remembers the inbox prefix a connection may subscribe to. */
export function rememberInbox(nc: NatsConnection, prefix: string): NatsConnection {
  prefixes.set(nc, prefix);
  return nc;
}

/** The inbox prefix of a connection made by openWire. */
export function inboxOf(nc: NatsConnection): string {
  return prefixes.get(nc) ?? '_INBOX';
}
