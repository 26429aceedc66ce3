import type { SQLOutputValue } from 'node:sqlite';

/** A row as SQLite hands it out. */
export type Row = Record<string, SQLOutputValue>;

function unexpected(row: Row, column: string, wanted: string): never {
  throw new TypeError(`agent.sqlite: column ${column} holds ${row[column] === null ? 'null' : typeof row[column]}, not ${wanted}`);
}

export function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : unexpected(row, column, 'text');
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

export function integer(row: Row, column: string): number {
  const value = row[column];
  return typeof value === 'number' ? value : unexpected(row, column, 'a number');
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integer(row, column);
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : unexpected(row, column, 'bytes');
}
