import { formerRows, formerValues } from '../past/kept-history.ts';
import type { Connection } from '../sqlite/open.ts';

const pasts = [...formerValues.map(({ past, key }) => ({ past, keys: [key] })), ...formerRows.map(({ past, keys }) => ({ past, keys }))];

/** Lets what rows said up to a position go; of each table of the past a number of rows at most, and the most that went of one is returned. */
export function openPastTrim(connection: Connection) {
  const statements = pasts.map(({ past, keys }) => {
    const names = [...keys, 'toPosition'].map((name) => `"${name}"`).join(', ');
    return connection.prepare<{ position: number; most: number }>(`
      DELETE FROM "${past}" WHERE (${names}) IN (SELECT ${names} FROM "${past}" WHERE toPosition <= @position ORDER BY toPosition LIMIT @most)`);
  });
  return (position: number, most: number): number => Math.max(...statements.map((statement) => statement.run({ position, most }).changes));
}
