import type { NatsConnection } from '@nats-io/nats-core';
import { droppedKey } from '../broker/streams.ts';
import { MessagingError } from '../errors.ts';
import { apiCodes, apiError } from '../wire/failures.ts';
import { callApi, mustCallApi } from '../wire/jetstream.ts';
import { listAt, numberAt, recordAt, textAt } from '../wire/json.ts';
import type { JsonRecord } from '../wire/json.ts';
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

async function readState(nc: NatsConnection, stream: string, subject: string | undefined): Promise<{ state: JsonRecord; config: JsonRecord }> {
  const doing = `look at ${stream}`;
  const { answer, failure } = await callApi(nc, `STREAM.INFO.${stream}`, subject === undefined ? undefined : { subjects_filter: subject }, doing);
  if (failure?.errCode === apiCodes.streamNotFound) throw new MessagingError('unavailable', `${stream} does not exist`);
  if (failure !== undefined) throw apiError(failure, doing);
  return { state: recordAt(answer, 'state'), config: recordAt(answer, 'config') };
}

/** The holes behind a stream's first message; it is asked for them only when its count says that there are some. */
async function readHoles(nc: NatsConnection, stream: string): Promise<SequenceRange[]> {
  const answer = await mustCallApi(nc, `STREAM.INFO.${stream}`, { deleted_details: true }, `look at ${stream}`);
  return rangesOf(listAt(recordAt(answer, 'state'), 'deleted').filter((each) => typeof each === 'number').sort((one, other) => one - other));
}

/** What a stream has, from its state alone: no message is read. */
export async function readExtent(nc: NatsConnection, stream: string, subject?: string): Promise<RecordExtent> {
  const { state, config } = await readState(nc, stream, subject);
  const [last, messages] = [numberAt(state, 'last_seq'), numberAt(state, 'messages')];
  const first = messages === 0 ? last + 1 : numberAt(state, 'first_seq');
  const before = first > 1 ? [{ first: 1, last: first - 1 }] : [];
  const hasHoles = messages > 0 && messages !== last - first + 1;
  const dropped = Number(textAt(recordAt(config, 'metadata'), droppedKey));
  return {
    first,
    last,
    droppedThrough: Number.isSafeInteger(dropped) ? dropped : 0,
    ofSubject: subject === undefined ? 0 : numberAt(recordAt(state, 'subjects'), subject),
    absent: [...before, ...(hasHoles ? await readHoles(nc, stream) : [])],
  };
}
