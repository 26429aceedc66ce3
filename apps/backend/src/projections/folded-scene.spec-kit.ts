import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepAll, openReadModel, openReader } from '@kanade/read-models';
import type { Batches, Kept, Reader } from '@kanade/read-models';

/** A history folded into a file, and a reader on it. */
export interface FoldedScene {
  readonly db: Reader;
  readonly file: string;
  close(): void;
}

/** Folds a history as the worker would, for queries to be asked of it; output recorded before `outputKnownUntil` that is not in it has expired. */
export function foldScene(history: Batches | { readonly batches: Batches }, outputKnownUntil = 0, kept: Kept = keepAll): FoldedScene {
  const directory = mkdtempSync(join(tmpdir(), 'kanade-queries-'));
  const model = openReadModel(join(directory, 'read-model.sqlite'), { incarnation: '0badcafe', verifyControl: () => undefined, restoredAt: null, kept });
  model.apply('batches' in history ? history.batches : history, { outputKnownUntil });
  const db = openReader(model.file);
  return {
    db,
    file: model.file,
    close() {
      db.close();
      model.close();
      rmSync(directory, { recursive: true });
    },
  };
}
