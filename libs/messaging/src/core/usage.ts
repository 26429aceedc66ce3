import { MessagingError } from '../errors.ts';
import { streamTable } from '../broker/streams.ts';
import { streamState } from '../wire/jetstream.ts';
import { numberAt } from '../wire/json.ts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';

/** What one stream holds and may hold, bytes. */
export interface StreamUsage {
  readonly name: string;
  readonly messages: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
}

/** How full every stream is. */
export async function streamUsage(core: CoreConnection): Promise<StreamUsage[]> {
  const nc = wireOf(core);
  return Promise.all(
    streamTable.map(async ({ config: { name } }) => {
      const state = await streamState(nc, name);
      if (state === undefined) throw new MessagingError('unavailable', `${name} does not exist`);
      const { messages, bytes, firstSequence, lastSequence, config } = state;
      return { name, messages, bytes, maxBytes: numberAt(config, 'max_bytes'), firstSequence, lastSequence };
    }),
  );
}
