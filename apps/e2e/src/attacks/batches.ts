import { headers as newHeaders } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

/** The broker tells ids apart by blanks behind them, and takes 64 characters. */
const alike = 50;

/** Opens batches of an endpoint's events, by ids most of which only look the same, and ends none; returns once the broker has heard of all. */
export async function leaveBatchesOpen(client: NatsConnection, endpointId: string, count: number): Promise<void> {
  const base = crypto.randomUUID().slice(0, 8);
  for (let n = 0; n < count; n += 1) {
    const id = `${base}-${Math.floor(n / alike)}${' '.repeat(n % alike)}`;
    // The client library would take the blanks off.
    const block = Buffer.from(`NATS/1.0\r\nNats-Batch-Id: ${id}\r\nNats-Batch-Sequence: 1\r\n\r\n`);
    client.publish(`kanade.events.endpoint.${endpointId}`, '{}', { headers: Object.assign(newHeaders(), { encode: () => block }) });
  }
  await client.flush();
}
