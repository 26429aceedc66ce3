import { streams } from '@kanade/contracts';
import { prepareGet, prepareWrite } from '../sqlite/statements.ts';
import type { NoArguments, Parameter } from '../sqlite/statements.ts';
import type { Refusal } from './events.ts';
import type { FoldedStream, StoredMessage } from './message.ts';
import type { Session } from './session.ts';

/** How much of a poisoned message the read model keeps; the stream has it whole. */
export const poisonBytes = 16 * 1024;

interface PoisonRow {
  stream: string;
  sequence: number;
  code: string;
  reason: string;
  subject: string;
  recordedAt: number;
  size: number;
  bytes: Uint8Array;
}

/** Records what could not be folded, and counts it. */
export function openPoison({ connection }: Session) {
  const insert = prepareWrite(connection, (query, parameter: Parameter<PoisonRow>) =>
    query.replaceInto('poison').values({
      stream: parameter('stream'), sequence: parameter('sequence'), code: parameter('code'), reason: parameter('reason'),
      subject: parameter('subject'), recordedAt: parameter('recordedAt'), size: parameter('size'), bytes: parameter('bytes'),
    }));
  const count = prepareGet(connection, (query, _: Parameter<NoArguments>) =>
    query.selectFrom('poison').select(({ fn }) => fn.countAll<number>().as('count')));

  return {
    record(stream: FoldedStream, message: StoredMessage, refusal: Refusal): void {
      insert({
        stream: streams[stream], sequence: message.sequence, code: refusal.code, reason: refusal.reason.slice(0, 1000),
        subject: message.subject.slice(0, 1000), recordedAt: message.recordedAt, size: message.body.byteLength,
        bytes: message.body.subarray(0, poisonBytes),
      });
    },
    count: (): number => count({})?.count ?? 0,
  };
}
