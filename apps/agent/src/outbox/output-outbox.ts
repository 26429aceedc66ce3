import type { OutputStream } from '@kanade/contracts';
import type { Clock } from '../clock/clock.ts';
import { bytes, integer, text } from '../store/rows.ts';
import type { Row } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import { keptAfterAckMs } from './event-outbox.ts';

/** A piece of what a run printed, as it is stored and sent; `position` is its byte offset in the stream. */
export interface StoredChunk {
  readonly number: number;
  readonly runId: string;
  readonly stream: OutputStream;
  readonly n: number;
  readonly position: number;
  /** 16 bytes as hex, the same for all chunks of a run's stream. */
  readonly salt: string;
  readonly bytes: Uint8Array;
}

export type NewChunk = Omit<StoredChunk, 'number'>;

/** Sent output is kept for re-sending only while it takes no more than this of the disk. */
const mostKeptBytes = 256 * 1024 * 1024;

function chunkOf(row: Row): StoredChunk {
  return {
    number: integer(row, 'number'),
    runId: text(row, 'runId'),
    stream: text(row, 'stream') === 'stdout' ? 'stdout' : 'stderr',
    n: integer(row, 'n'),
    position: integer(row, 'position'),
    salt: text(row, 'salt'),
    bytes: bytes(row, 'bytes'),
  };
}

/** What scripts printed, on disk until KANADE_OUTPUT has it and, space permitting, a week longer. */
export class OutputOutbox {
  readonly #store: Store;
  readonly #clock: Clock;
  #onSealed: () => void = () => undefined;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  onSealed(listener: () => void): void {
    this.#onSealed = listener;
  }

  /** Writes a chunk, or the longer form of one that was not sealed yet; only sealed ones are sent. */
  put(chunk: NewChunk, sealed: boolean): void {
    this.#store.run(
      `INSERT INTO chunks (runId, stream, n, position, salt, bytes, size, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (runId, stream, n) DO UPDATE SET bytes = excluded.bytes, size = excluded.size, sealed = excluded.sealed WHERE sealed = 0`,
      chunk.runId,
      chunk.stream,
      chunk.n,
      chunk.position,
      chunk.salt,
      chunk.bytes,
      chunk.bytes.length,
      sealed ? 1 : 0,
    );
    if (sealed) this.#onSealed();
  }

  /** Seals what a dead agent had not: an interrupted run's output ends there. */
  sealAll(runId: string): void {
    if (this.#store.run('UPDATE chunks SET sealed = 1 WHERE runId = ? AND sealed = 0', runId).changes > 0) this.#onSealed();
  }

  /** One stream of a run, in order, one chunk at a time. */
  *chunksOf(runId: string, stream: OutputStream): Generator<StoredChunk> {
    for (let n = 0; ; n++) {
      const row = this.#store.get('SELECT * FROM chunks WHERE runId = ? AND stream = ? AND n = ?', runId, stream, n);
      if (!row) return;
      yield chunkOf(row);
    }
  }

  pending(limit: number): StoredChunk[] {
    return this.#store.all('SELECT * FROM chunks WHERE ackedAt IS NULL AND sealed = 1 ORDER BY number LIMIT ?', limit).map(chunkOf);
  }

  /** True when KANADE_OUTPUT has all there is of a run's output. */
  isStored(runId: string): boolean {
    return this.#store.get('SELECT 1 FROM chunks WHERE runId = ? AND ackedAt IS NULL AND sealed = 1 LIMIT 1', runId) === undefined;
  }

  acknowledge(chunk: StoredChunk): void {
    this.#store.run('UPDATE chunks SET ackedAt = ? WHERE number = ?', this.#clock.now(), chunk.number);
  }

  /** Puts a run's kept output back among what is to be sent. */
  rewind(runIds: readonly string[]): void {
    if (runIds.length === 0) return;
    this.#store.transaction(() => {
      for (const runId of runIds) this.#store.run('UPDATE chunks SET ackedAt = NULL WHERE runId = ?', runId);
    });
    this.#onSealed();
  }

  /** Forgets sent output that is old, or that takes too much room; never that of `keep`, whose digest is still to be made. */
  prune(keep: readonly string[]): void {
    const spared = JSON.stringify(keep);
    const free = 'runId NOT IN (SELECT value FROM json_each(?))';
    this.#store.run(`DELETE FROM chunks WHERE ackedAt < ? AND ${free}`, this.#clock.now() - keptAfterAckMs, spared);
    this.#store.run(`DELETE FROM chunks WHERE sealed = 0 AND ${free}`, spared);
    const total = integer(this.#store.get('SELECT COALESCE(SUM(size), 0) AS n FROM chunks WHERE ackedAt IS NOT NULL') ?? {}, 'n');
    let excess = total - mostKeptBytes;
    while (excess > 0) {
      const oldest = this.#store.get(`SELECT runId, SUM(size) AS n FROM chunks WHERE ackedAt IS NOT NULL AND ${free} GROUP BY runId ORDER BY MIN(number) LIMIT 1`, spared);
      if (!oldest) break;
      this.#store.run('DELETE FROM chunks WHERE runId = ? AND ackedAt IS NOT NULL', text(oldest, 'runId'));
      excess -= integer(oldest, 'n');
    }
    // Given back bit by bit: a whole VACUUM would need the file's size again on the disk.
    this.#store.run('PRAGMA incremental_vacuum(256)');
  }
}
