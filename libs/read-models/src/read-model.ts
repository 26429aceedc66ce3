import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { openFold } from './fold/fold.ts';
import type { Fold, FoldOptions } from './fold/fold.ts';
import { createHistory } from './past/kept-history.ts';
import { versions } from './read-model-files.ts';
import { schemas } from './schemas.ts';
import { openForWriting } from './sqlite/open.ts';
import type { Connection } from './sqlite/open.ts';

/** The read model as its one writer has it. */
export interface ReadModel extends Fold {
  readonly file: string;
  /** Says in the file that it is whole enough to be read. */
  serve(): void;
  /** Folds the log back into the file, so that it does not grow for ever under readers; after an erasure it is cut, too. */
  checkpointLog(): void;
  close(): void;
}

function createTables(connection: Connection): void {
  connection.transaction(() => {
    if (connection.pragma('user_version', { simple: true }) !== 0) return;
    for (const schema of schemas) connection.exec(schema);
    createHistory(connection);
    connection.pragma(`user_version = ${versions.made}`);
  }).immediate();
}

/** Opens (or makes) a read model; its folder has the mode 0700. Tables and indexes exist afterwards. */
export function openReadModel(file: string, options: FoldOptions): ReadModel {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const connection = openForWriting(file);
  createTables(connection);
  const fold = openFold(connection, options);
  // What was erased still stands in the log until that is cut; a process that died may have left it so.
  let erased = true;
  // The first column says whether a reader was in the way.
  const cutLog = (): boolean => connection.pragma('wal_checkpoint(TRUNCATE)', { simple: true }) === 0;
  return {
    ...fold,
    apply(batches, applying) {
      const commit = fold.apply(batches, applying);
      erased ||= commit.changes.some(({ kind }) => kind === 'erasure');
      return commit;
    },
    file,
    serve() {
      connection.pragma(`user_version = ${versions.serves}`);
    },
    checkpointLog() {
      if (erased) erased = !cutLog();
      else connection.pragma('wal_checkpoint(PASSIVE)');
    },
    close: () => void connection.close(),
  };
}
