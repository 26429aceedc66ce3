import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectionsFingerprint } from './fingerprint.ts';
import { openFold } from './fold/fold.ts';
import type { Fold, FoldOptions } from './fold/fold.ts';
import { schemas } from './schemas.ts';
import { openForWriting } from './sqlite/open.ts';
import type { Connection } from './sqlite/open.ts';

/** The read model as its one writer has it. */
export interface ReadModel extends Fold {
  readonly file: string;
  /** Removes the files of other fingerprints, once this one has caught up. */
  removeOthers(): void;
  /** Folds the log back into the file, so that it does not grow for ever under readers; after an erasure it is cut, too. */
  checkpointLog(): void;
  close(): void;
}

const filePattern = /^read-model-[0-9a-f]{16}\.sqlite(-wal|-shm)?$/;

/** Where the read model of the built projections lies in a directory. */
export function readModelFile(directory: string): string {
  return join(directory, `read-model-${projectionsFingerprint()}.sqlite`);
}

function createTables(connection: Connection): void {
  connection.transaction(() => {
    if (connection.pragma('user_version', { simple: true }) === 1) return;
    for (const schema of schemas) connection.exec(schema);
    connection.pragma('user_version = 1');
  }).immediate();
}

/** Opens (or makes) the read model in a directory, mode 0700; tables and indexes exist afterwards. */
export function openReadModel(directory: string, options: FoldOptions): ReadModel {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = readModelFile(directory);
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
    removeOthers() {
      for (const name of readdirSync(directory)) {
        if (filePattern.test(name) && !join(directory, name).startsWith(file)) rmSync(join(directory, name), { force: true });
      }
    },
    checkpointLog() {
      if (erased) erased = !cutLog();
      else connection.pragma('wal_checkpoint(PASSIVE)');
    },
    close: () => void connection.close(),
  };
}

/** Deletes the read model of the built projections, for a rebuild from the streams. */
export function deleteReadModel(directory: string): void {
  const file = readModelFile(directory);
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(`${file}${suffix}`)) rmSync(`${file}${suffix}`);
}
