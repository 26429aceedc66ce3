import type { NatsConnection } from '@nats-io/nats-core';
import { droppedKey } from '../broker/streams.ts';
import { MessagingError } from '../errors.ts';
import { mustCallApi, streamState } from '../wire/jetstream.ts';
import { listAt, recordAt, textAt } from '../wire/json.ts';
import type { RecordExtent, SequenceRange } from './types.ts';

/** Runs of neighbours in an ascending list. */
function rangesOf(sequences: readonly number[]): SequenceRange[] {
  const ranges: { first: number; last: number }[] = [];
  for (const sequence of sequences) {
    const open = ranges.at(-1);
    if (open?.last === sequence - 1) open.last = sequence;
    else ranges.push({ first: sequence, last: sequence });
  }
  return ranges;
}

/** The holes behind a stream's first message; it is asked for them only when its count says that there are some. */
async function readHoles(nc: NatsConnection, stream: string): Promise<SequenceRange[]> {
  const answer = await mustCallApi(nc, `STREAM.INFO.${stream}`, { deleted_details: true }, `look at ${stream}`);
  return rangesOf(listAt(recordAt(answer, 'state'), 'deleted').filter((each) => typeof each === 'number').sort((one, other) => one - other));
}

/** What a stream has, from its state alone: no message is read. */
export async function readExtent(nc: NatsConnection, stream: string): Promise<RecordExtent> {
  const state = await streamState(nc, stream);
  if (state === undefined) throw new MessagingError('unavailable', `${stream} does not exist`);
  const last = state.lastSequence;
  const first = state.messages === 0 ? last + 1 : state.firstSequence;
  const before = first > 1 ? [{ first: 1, last: first - 1 }] : [];
  const hasHoles = state.messages > 0 && state.messages !== last - first + 1;
  const dropped = Number(textAt(recordAt(state.config, 'metadata'), droppedKey));
  return { first, last, droppedThrough: Number.isSafeInteger(dropped) ? dropped : 0, absent: [...before, ...(hasHoles ? await readHoles(nc, stream) : [])] };
}
