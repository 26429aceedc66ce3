import { streams } from '@kanade/contracts';
import { prepareGet, prepareWrite } from '../sqlite/statements.ts';
import type { NoArguments, Parameter } from '../sqlite/statements.ts';
import type { Refusal } from './events.ts';
import type { FoldedStream, StoredMessage } from './message.ts';
import type { Session } from './session.ts';

/** How much of a poisoned message the read model keeps; the stream has it whole. */
export const poisonBytes = 16 * 1024;

/** What is left of the reason, which may quote the message, once the data of its endpoint is erased. */
export const erasedReason = 'the data of its endpoint was erased';

interface PoisonRow {
  stream: string;
  sequence: number;
  code: string;
  reason: string;
  subject: string;
  recordedAt: number;
  size: number;
  endpointKey: number | null;
  executionKey: number | null;
  bytes: Uint8Array;
}

/** Records what could not be folded, and counts it. */
export function openPoison({ connection, keys, erasures }: Session) {
  const insert = prepareWrite(connection, (query, parameter: Parameter<PoisonRow>) =>
    query.replaceInto('poison').values({
      stream: parameter('stream'), sequence: parameter('sequence'), code: parameter('code'), reason: parameter('reason'),
      subject: parameter('subject'), recordedAt: parameter('recordedAt'), size: parameter('size'),
      endpointKey: parameter('endpointKey'), executionKey: parameter('executionKey'), bytes: parameter('bytes'),
    }));
  const findConcerned = prepareGet(connection, (query, parameter: Parameter<{ position: number }>) =>
    query.selectFrom('events').select(['endpointKey', 'executionKey']).where('position', '=', parameter('position')));
  const concerned = (stream: FoldedStream, { sequence, subject }: StoredMessage): Pick<PoisonRow, 'endpointKey' | 'executionKey'> => {
    if (stream === 'events') return findConcerned({ position: sequence }) ?? { endpointKey: null, executionKey: null };
    // Those of the other streams say whose they are in the third place.
    return { endpointKey: keys.endpoint(subject.split('.')[2] ?? '') ?? null, executionKey: null };
  };
  const count = prepareGet(connection, (query, _: Parameter<NoArguments>) =>
    query.selectFrom('poison').select(({ fn }) => fn.countAll<number>().as('count')));

  return {
    record(stream: FoldedStream, message: StoredMessage, refusal: Refusal): void {
      const { endpointKey, executionKey } = concerned(stream, message);
      // Output and samples may be read after the event that erased them.
      const erased = endpointKey !== null && erasures.covers(endpointKey, message.recordedAt);
      insert({
        stream: streams[stream], sequence: message.sequence, code: refusal.code, reason: erased ? erasedReason : refusal.reason.slice(0, 1000),
        subject: message.subject.slice(0, 1000), recordedAt: message.recordedAt, size: message.body.byteLength,
        endpointKey, executionKey, bytes: erased ? new Uint8Array() : message.body.subarray(0, poisonBytes),
      });
    },
    count: (): number => count({})?.count ?? 0,
  };
}
