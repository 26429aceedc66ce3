import { buckets, subjects } from '@kanade/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import { getAll } from '../wire/batch-get.ts';
import { directGet, publishStored } from '../wire/jetstream.ts';
import { MessagingError } from '../errors.ts';
import type { OutgoingMessage, StoredMessage } from '../wire/message.ts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';

const stream = `KV_${buckets.desired}`;

/** A value, and not the mark that one was deleted. */
const isValue = ({ headers }: StoredMessage): boolean => headers['KV-Operation'] === undefined && headers['Nats-Marker-Reason'] === undefined;

/** What lies in the place of an endpoint's desired state, whoever put it there. */
export async function readDesired(nc: NatsConnection, endpointId: string): Promise<StoredMessage | undefined> {
  const found = await directGet(nc, stream, subjects.desired(endpointId));
  return found !== undefined && isValue(found) ? found : undefined;
}

/** `kanade_desired`, one signed document per endpoint. */
export interface DesiredStates {
  put(endpointId: string, message: OutgoingMessage): Promise<void>;
  /** Every document there is, in batches. */
  list(): AsyncIterable<readonly StoredMessage[]>;
}

/** Opens the desired states for the backend. */
export function openDesiredStates(core: CoreConnection): DesiredStates {
  const nc = wireOf(core);
  return {
    put: async (endpointId, { body, headers }) => {
      const outcome = await publishStored(nc, subjects.desired(endpointId), body, headers);
      if ('conflict' in outcome) throw new MessagingError('unavailable', `the desired state of ${endpointId} was not stored`);
    },
    list: async function* () {
      for await (const batch of getAll(nc, stream, { from: 1, filter: `$KV.${buckets.desired}.*` })) yield batch.filter(isValue);
    },
  };
}
