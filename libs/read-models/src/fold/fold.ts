import { openProjections } from '../projections/projections.ts';
import { isStorageFailure } from '../sqlite/open.ts';
import type { Connection } from '../sqlite/open.ts';
import { openChains } from './chain.ts';
import type { Change, RunChange, SampleChange } from './changes.ts';
import { openCheckpoints } from './checkpoints.ts';
import type { Checkpoint } from './checkpoints.ts';
import { HistoryMismatchError } from './errors.ts';
import { refuse } from './events.ts';
import type { Refusal } from './events.ts';
import { openEventFold } from './fold-event.ts';
import type { VerifyControl } from './fold-event.ts';
import { mergeByTime } from './merge.ts';
import type { Batches, Incoming } from './merge.ts';
import { foldedStreams } from './message.ts';
import type { FoldedStream, StoredMessage } from './message.ts';
import { openPoison } from './poison.ts';
import { openRetention } from './retention.ts';
import type { FirstKept } from './retention.ts';
import { openSession } from './session.ts';
import { openTrimming } from '../retention/trimming.ts';
import type { Kept } from '../retention/kept.ts';
import type { Session } from './session.ts';

export interface FoldOptions {
  /** 8 hex digits naming the history that is folded. */
  readonly incarnation: string;
  readonly verifyControl: VerifyControl;
  /** The last position of the backup this history was restored from; null when it never was. Later on, requests may be missing. */
  readonly restoredAt: number | null;
  /** What is let go in time. */
  readonly kept: Kept;
}

/** What one transaction did. */
export interface Commit {
  /** Messages taken per stream; fewer than given where a message speaks of a run or endpoint that is not folded yet. */
  readonly taken: Readonly<Record<FoldedStream, number>>;
  /** Messages that became poison. */
  readonly poisoned: number;
  readonly changes: readonly Change[];
  readonly runs: readonly RunChange[];
  readonly samples: readonly SampleChange[];
  /** Position of the first event whose output or private part is not there yet; null when there is none. */
  readonly firstAwaited: number | null;
}

export interface ApplyOptions {
  /** Everything a message could speak of has been folded: what is unknown now is poison. */
  readonly unknownIsPoison?: boolean;
  /** Output recorded before this (Unix ms) is folded or among these batches; an older end does not wait for what is missing. */
  readonly outputKnownUntil?: number;
}

/** Folds messages into one file. */
export interface Fold {
  checkpoint(stream: FoldedStream): Checkpoint | undefined;
  /**
   * Folds messages in one transaction that also moves the checkpoints. A message that cannot be folded becomes poison; a gap throws
   * HistoryMismatchError.
   */
  apply(batches: Batches, options?: ApplyOptions): Commit;
  /** Ends runs whose output will never come, up to a position. */
  releaseHeld(upTo: number): Commit;
  /** Drops what its streams no longer keep, a little at a time; true while there is more. */
  forgetBefore(first: FirstKept): boolean;
  poisonCount(): number;
  /** As in a commit; private parts are awaited for a few seconds only. */
  firstAwaited(): number | null;
}

type Result = Refusal | 'unknown' | undefined;

/** Prepares everything the fold needs on a connection whose tables exist. */
export function openFold(connection: Connection, options: FoldOptions): Fold {
  const session = openSession(connection, options.restoredAt);
  const chains = openChains(session);
  const projections = openProjections(session, (endpointKey) => { chains.resetBudget(endpointKey); });
  const checkpoints = openCheckpoints(connection);
  const poison = openPoison(session);
  const trimming = openTrimming(session, options.kept, { executions: projections.executions.trim, flush: projections.executions.flush });
  const eventFold = openEventFold(session, projections, chains, options.verifyControl);

  const foldOne = ({ stream, message }: Incoming): Result => {
    switch (stream) {
      case 'events': return eventFold.fold(message);
      case 'output': return projections.output.fold(message);
      case 'private': return projections.privateParts.fold(message);
      case 'metrics': return projections.samples.fold(message);
      default: return stream satisfies never;
    }
  };
  // Readers find a position from the start, even before the first event.
  if (checkpoints.find('events') === undefined) checkpoints.begin(options.incarnation);
  session.position.moveTo(checkpoints.find('events')?.sequence ?? 0);
  const forget = (): void => {
    projections.forget();
    chains.forget();
    checkpoints.forget();
    trimming.forget();
  };
  const { incarnation } = options;
  const { passOver } = eventFold;
  const transaction = makeTransaction({ connection, session, projections, checkpoints, poison, trimming, foldOne, passOver, forget, incarnation });

  return {
    checkpoint: (stream) => checkpoints.find(stream),
    apply(batches, { unknownIsPoison = false, outputKnownUntil = 0 } = {}) {
      session.outputKnownUntil = outputKnownUntil;
      return transaction(batches, unknownIsPoison);
    },
    firstAwaited: () => firstAwaited(session, projections),
    releaseHeld(upTo) {
      connection.transaction(() => {
        projections.executions.releaseUpTo(upTo);
        projections.flush();
      })();
      return { taken: { events: 0, output: 0, private: 0, metrics: 0 }, poisoned: 0, ...session.changes.take(), firstAwaited: firstAwaited(session, projections) };
    },
    forgetBefore: openRetention(session),
    poisonCount: () => poison.count(),
  };
}

function firstAwaited(session: Session, projections: ReturnType<typeof openProjections>): number | null {
  const held = projections.executions.firstHeld();
  const part = session.awaitedParts.first(Date.now());
  return held === null || part === null ? (held ?? part) : Math.min(held, part);
}

interface Parts {
  readonly connection: Connection;
  readonly session: Session;
  readonly projections: ReturnType<typeof openProjections>;
  readonly checkpoints: ReturnType<typeof openCheckpoints>;
  readonly poison: ReturnType<typeof openPoison>;
  readonly trimming: ReturnType<typeof openTrimming>;
  readonly foldOne: (incoming: Incoming) => Result;
  readonly passOver: (message: StoredMessage) => void;
  readonly forget: () => void;
  readonly incarnation: string;
}

/** Folds messages in order and moves the checkpoints; a stream stops before what speaks of something not made yet. */
function foldAll(parts: Parts, incoming: readonly Incoming[], unknownIsPoison: boolean, foldOne: (one: Incoming) => Result) {
  const { session, projections, checkpoints, poison, trimming, incarnation } = parts;
  const taken = { events: 0, output: 0, private: 0, metrics: 0 };
  const last: Partial<Record<FoldedStream, StoredMessage>> = {};
  const blocked = new Set<FoldedStream>();
  let poisoned = 0;
  for (const one of incoming) {
    if (blocked.has(one.stream)) continue;
    if (one.stream === 'events') trimming.before(one.message);
    let result = foldOne(one);
    if (result === 'unknown') {
      if (!unknownIsPoison) {
        blocked.add(one.stream);
        continue;
      }
      result = refuse('unknown-owner', `${one.message.subject} speaks of something nobody made`);
    }
    if (result !== undefined) {
      poison.record(one.stream, one.message, result);
      poisoned += 1;
    }
    taken[one.stream] += 1;
    last[one.stream] = one.message;
  }
  projections.flush();
  for (const stream of foldedStreams) {
    const message = last[stream];
    if (message !== undefined) checkpoints.move(stream, incarnation, message);
  }
  if (last.events !== undefined) session.changes.row('event', `${incarnation}:${last.events.sequence}`);
  return { taken, poisoned };
}

/** One by one, each behind a savepoint: only the message that breaks a projection is lost to it. */
function foldCarefully({ connection, projections, foldOne, passOver, forget }: Parts, one: Incoming): Result {
  try {
    return connection.transaction(() => {
      const result = foldOne(one);
      projections.flush();
      return result;
    })();
  } catch (error) {
    if (isStorageFailure(error)) throw error;
    forget();
    if (one.stream === 'events') passOver(one.message);
    return refuse('fold-failed', error instanceof Error ? error.message : String(error));
  }
}

function makeTransaction(parts: Parts) {
  const { connection, session, projections, checkpoints, incarnation } = parts;
  return (batches: Batches, unknownIsPoison: boolean): Commit => {
    for (const stream of foldedStreams) assertContinues(stream, checkpoints.find(stream), batches[stream] ?? [], incarnation);
    const incoming = mergeByTime(batches);
    const run = connection.transaction((foldOne: (one: Incoming) => Result) => foldAll(parts, incoming, unknownIsPoison, foldOne));
    let done: ReturnType<typeof foldAll>;
    try {
      done = run.immediate(parts.foldOne);
    } catch (error) {
      parts.forget();
      session.changes.take();
      if (isStorageFailure(error)) throw error;
      done = run.immediate((one) => foldCarefully(parts, one));
    }
    return { ...done, ...session.changes.take(), firstAwaited: firstAwaited(session, projections) };
  };
}

/** KANADE_EVENTS never deletes, so a gap is corruption; the other streams may have gaps, but never go back. */
function assertContinues(stream: FoldedStream, checkpoint: Checkpoint | undefined, messages: readonly StoredMessage[], incarnation: string): void {
  if (checkpoint !== undefined && checkpoint.incarnation !== incarnation) {
    throw new HistoryMismatchError('incarnation', checkpoint.sequence, `the read model was folded from history ${checkpoint.incarnation}, this is ${incarnation}`);
  }
  let known = checkpoint?.sequence ?? 0;
  for (const { sequence } of messages) {
    if (sequence <= known) throw new HistoryMismatchError('rewound', sequence, `${stream} went back from ${known} to ${sequence}`);
    if (stream === 'events' && sequence !== known + 1) {
      throw new HistoryMismatchError('gap', known + 1, `events ${known + 1} to ${sequence - 1} are missing from the stream`);
    }
    known = sequence;
  }
}
