import { openForReading } from './sqlite/open.ts';

/** Bytes of each table with its indexes, by its name. Reads through the whole file: not for a thread that somebody waits for. */
export function measureTables(file: string): Readonly<Record<string, number>> {
  const connection = openForReading(file);
  try {
    const rows = connection
      .prepare<[], { name: string; bytes: number }>('SELECT s.tbl_name AS name, sum(d.pgsize) AS bytes FROM dbstat d JOIN sqlite_schema s ON s.name = d.name WHERE d.aggregate = TRUE GROUP BY s.tbl_name')
      .all();
    return Object.fromEntries(rows.map(({ name, bytes }) => [name, bytes]));
  } finally {
    connection.close();
  }
}
