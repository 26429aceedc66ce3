import type { Connection } from '../sqlite/open.ts';
import { ChangeLog } from './changes.ts';
import { Keys } from './keys.ts';

/** What projections share while a file is open for folding. */
export interface Session {
  readonly connection: Connection;
  readonly keys: Keys;
  readonly changes: ChangeLog;
}

export function openSession(connection: Connection): Session {
  return { connection, keys: new Keys(connection), changes: new ChangeLog() };
}
