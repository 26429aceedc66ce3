import { streams } from '@kanade/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import { openStream } from '../broker/apply.ts';
import { droppedKey } from '../broker/streams.ts';
import { MessagingError } from '../errors.ts';
import { expectationHeader } from '../wire/atomic-batch.ts';
import { mustCallApi, publishStored, streamState } from '../wire/jetstream.ts';
import type { StreamState } from '../wire/jetstream.ts';
import { recordAt } from '../wire/json.ts';
import type { JsonRecord } from '../wire/json.ts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';

const stream = streams.events;
const doing = 'drop the beginning of the record';
/** Nobody may publish there, and no import leads there: what listens there alone takes nothing in. */
const closedSubject = 'kanade.closed.events';
/** So many go with one update: the broker answers nothing else while it takes them out. */
const mostAtOnce = 50_000;

/** What became of the stream's beginning. */
export interface DroppedPrefix {
  /** Events that are no longer in the stream. */
  readonly dropped: number;
  /** The first position the stream holds now. */
  readonly firstSequence: number;
}

async function look(nc: NatsConnection): Promise<StreamState> {
  const state = await streamState(nc, stream);
  if (state === undefined) throw new MessagingError('unavailable', `${stream} does not exist`);
  return state;
}

const update = async (nc: NatsConnection, config: JsonRecord): Promise<void> => {
  await mustCallApi(nc, `STREAM.UPDATE.${stream}`, config, doing);
};

/** Resolves when all that was on its way into the stream is in it: a message that is always refused stands in the same queue behind it. */
async function settle(nc: NatsConnection): Promise<void> {
  const outcome = await publishStored(nc, closedSubject, new Uint8Array(), { [expectationHeader]: '1' });
  if (!('conflict' in outcome)) throw new MessagingError('invalid', `${stream} has taken in what it must refuse`);
}

/**
 * Takes everything up to `upTo` out of KANADE_EVENTS (admin credential), and not one event more: the stream takes nothing in meanwhile, for with a
 * limit on it each event that came would push out another. Writers are told that it is unavailable, and try again. Whatever happens in between,
 * it stays closed until `applyBroker` or another call of this opens it. Throws `invalid` when nothing would be left.
 */
export async function dropPrefix(admin: CoreConnection, upTo: number): Promise<DroppedPrefix> {
  const nc = wireOf(admin);
  const before = await look(nc);
  if (upTo >= before.lastSequence) throw new MessagingError('invalid', `${stream} ends at ${before.lastSequence}: what is dropped must leave something`, { details: { upTo } });
  if (upTo < before.firstSequence) {
    // An earlier call may have been killed before it opened the stream again.
    await openStream(nc, before);
    return { dropped: 0, firstSequence: before.firstSequence };
  }
  // Noted first: what is missing from then on is missing on purpose.
  const metadata = { ...recordAt(before.config, 'metadata'), [droppedKey]: String(upTo) };
  const closed = { ...before.config, metadata, subjects: [closedSubject] };
  try {
    await update(nc, closed);
    await settle(nc);
    for (let state = await look(nc); state.firstSequence <= upTo; ) {
      const until = Math.min(upTo, state.firstSequence - 1 + mostAtOnce);
      await update(nc, { ...closed, discard: 'old', max_msgs: state.lastSequence - until });
      const after = await look(nc);
      if (after.firstSequence <= state.firstSequence) throw new MessagingError('log-damaged', `${stream} lacks events behind ${after.firstSequence}: nothing more is dropped from it`);
      state = after;
    }
  } finally {
    await openStream(nc, await look(nc));
  }
  const after = await look(nc);
  return { dropped: after.firstSequence - before.firstSequence, firstSequence: after.firstSequence };
}
