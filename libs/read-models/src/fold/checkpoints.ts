import { hash } from 'node:crypto';
import { streams } from '@kanade/contracts';
import { prepareGet, prepareWrite } from '../sqlite/statements.ts';
import type { Parameter } from '../sqlite/statements.ts';
import type { CheckpointsTable } from '../generated/tables.ts';
import type { Connection } from '../sqlite/open.ts';
import type { FoldedStream, StoredMessage } from './message.ts';

/** Up to where a stream is folded: in which history, the last message's sequence, its hash and when it was recorded (Unix ms). */
export type Checkpoint = Omit<CheckpointsTable, 'stream'>;

/** What a checkpoint remembers of its message; another message at the same sequence means another history. */
export function messageHash(message: Pick<StoredMessage, 'subject' | 'body'>): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${message.subject}\n`), message.body]), 'hex');
}

/** Reads and moves the checkpoints of one connection. */
export function openCheckpoints(connection: Connection) {
  const find = prepareGet(connection, (query, parameter: Parameter<{ stream: string }>) =>
    query.selectFrom('checkpoints').select(['incarnation', 'sequence', 'hash', 'recordedAt']).where('stream', '=', parameter('stream')));
  const save = prepareWrite(connection, (query, parameter: Parameter<CheckpointsTable>) =>
    query.replaceInto('checkpoints').values({
      stream: parameter('stream'), incarnation: parameter('incarnation'), sequence: parameter('sequence'), hash: parameter('hash'), recordedAt: parameter('recordedAt'),
    }));
  // Asked for several times between two commits.
  const known = new Map<FoldedStream, Checkpoint>();
  const write = (stream: FoldedStream, checkpoint: Checkpoint): void => {
    save({ stream: streams[stream], ...checkpoint });
    known.set(stream, checkpoint);
  };
  return {
    find(stream: FoldedStream): Checkpoint | undefined {
      const checkpoint = known.get(stream) ?? find({ stream: streams[stream] });
      if (checkpoint !== undefined) known.set(stream, checkpoint);
      return checkpoint;
    },
    /** The place before the first event of a history. */
    begin(incarnation: string): void {
      write('events', { incarnation, sequence: 0, hash: '', recordedAt: 0 });
    },
    move(stream: FoldedStream, incarnation: string, last: StoredMessage): void {
      write(stream, { incarnation, sequence: last.sequence, hash: messageHash(last), recordedAt: last.recordedAt });
    },
    /** Drops everything remembered, after a rollback. */
    forget(): void {
      known.clear();
    },
  };
}
