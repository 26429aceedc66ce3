import type { Connection } from '../sqlite/open.ts';
import { ChangeLog } from './changes.ts';
import { AwaitedParts } from './awaited-parts.ts';
import { Erasures } from './erasures.ts';
import { FoldedPosition } from './folded-position.ts';
import { Keys } from './keys.ts';

/** What projections share while a file is open for folding. */
export interface Session {
  readonly connection: Connection;
  /** Of the event that is being folded: rows of the past are kept with it. */
  readonly position: FoldedPosition;
  readonly keys: Keys;
  readonly changes: ChangeLog;
  readonly erasures: Erasures;
  /** Output recorded before this (Unix ms) has been folded; what an older end lacks has expired and will never come. */
  outputKnownUntil: number;
  /** What the backend wrote before this (Unix ms) may be in the history and no longer in its index; 0 while nothing has gone from that. */
  indexedSince: number;
  readonly awaitedParts: AwaitedParts;
  /** Requests of this position or an earlier one are all known; null when those of later ones are too. */
  readonly restoredAt: number | null;
}

export function openSession(connection: Connection, restoredAt: number | null): Session {
  return { connection, restoredAt, position: new FoldedPosition(connection), keys: new Keys(connection), changes: new ChangeLog(), erasures: new Erasures(connection), outputKnownUntil: 0, indexedSince: 0, awaitedParts: new AwaitedParts() };
}
