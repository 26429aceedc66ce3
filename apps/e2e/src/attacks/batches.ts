import { headers as newHeaders } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';

/** Opens batches of an endpoint's events and ends none; returns once the broker has heard of all. */
export async function leaveBatchesOpen(client: NatsConnection, endpointId: string, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const headers = newHeaders();
    headers.set('Nats-Batch-Id', crypto.randomUUID());
    headers.set('Nats-Batch-Sequence', '1');
    client.publish(`kanade.events.endpoint.${endpointId}`, '{}', { headers });
  }
  await client.flush();
}
