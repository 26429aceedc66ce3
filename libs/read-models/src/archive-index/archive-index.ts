import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDamagedFile, openForWriting } from '../sqlite/open.ts';
import type { Connection } from '../sqlite/open.ts';

/** Positions from `first` to `last`, both included. */
interface Range {
  readonly first: number;
  readonly last: number;
}

/** Where an event is and what it is about. */
export interface IndexedEvent {
  readonly subject: string;
  readonly sequence: number;
}

/**
 * Which events of an archive are about what, so that loading one aggregate reads none of the others. Made from the archive, may be deleted at any
 * time; several threads may fill it at once.
 */
export interface ArchiveIndex {
  /** The parts of a range that are not indexed yet, in order. */
  uncovered(range: Range): Range[];
  /** Adds the events of a range, which is indexed from then on. */
  add(range: Range, events: readonly IndexedEvent[]): void;
  /** Where a range has events of a subject, oldest first; as far as it is indexed. */
  sequencesOf(subject: string, range: Range): number[];
  /** Where a range has its newest event of a subject. */
  lastOf(subject: string, range: Range): number | undefined;
  close(): void;
}

const schema = `
CREATE TABLE IF NOT EXISTS entries (subject TEXT NOT NULL, sequence INTEGER NOT NULL, PRIMARY KEY (subject, sequence)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS covered (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
`;

const fileName = /^archive-index-([0-9a-f]{8})\.sqlite/;

/** Another history has an index of its own. */
function deleteOthers(directory: string, incarnation: string): void {
  for (const name of readdirSync(directory)) {
    const of = fileName.exec(name)?.[1];
    if (of !== undefined && of !== incarnation) rmSync(join(directory, name), { force: true });
  }
}

function open(file: string): Connection {
  const connection = openForWriting(file);
  try {
    connection.pragma('cache_size = -4096');
    connection.pragma('busy_timeout = 10000');
    connection.exec(schema);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function openOrRemake(file: string): Connection {
  try {
    return open(file);
  } catch (error) {
    if (!isDamagedFile(error)) throw error;
    for (const ending of ['', '-wal', '-shm']) rmSync(`${file}${ending}`, { force: true });
    return open(file);
  }
}

function gapsIn(range: Range, covered: readonly Range[]): Range[] {
  const gaps: Range[] = [];
  let next = range.first;
  for (const { first, last } of covered) {
    if (first > next) gaps.push({ first: next, last: first - 1 });
    next = Math.max(next, last + 1);
  }
  return next <= range.last ? [...gaps, { first: next, last: range.last }] : gaps;
}

/** Opens (or makes) the index of a history's archive in the backend's directory. */
export function openArchiveIndex(directory: string, incarnation: string): ArchiveIndex {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  deleteOthers(directory, incarnation);
  const connection = openOrRemake(join(directory, `archive-index-${incarnation}.sqlite`));
  const touching = connection.prepare<[number, number], Range>('SELECT first, last FROM covered WHERE first <= ? AND last >= ? ORDER BY first');
  const forget = connection.prepare<[number]>('DELETE FROM covered WHERE first = ?');
  const cover = connection.prepare<[number, number]>('INSERT INTO covered (first, last) VALUES (?, ?)');
  const insert = connection.prepare<[string, number]>('INSERT OR IGNORE INTO entries (subject, sequence) VALUES (?, ?)');
  const sequences = connection.prepare<[string, number, number], { sequence: number }>('SELECT sequence FROM entries WHERE subject = ? AND sequence BETWEEN ? AND ? ORDER BY sequence');
  const newest = connection.prepare<[string, number, number], { sequence: number | null }>('SELECT max(sequence) AS sequence FROM entries WHERE subject = ? AND sequence BETWEEN ? AND ?');
  const add = connection.transaction((range: Range, events: readonly IndexedEvent[]) => {
    for (const { subject, sequence } of events) insert.run(subject, sequence);
    const neighbours = touching.all(range.last + 1, range.first - 1);
    for (const { first } of neighbours) forget.run(first);
    cover.run(Math.min(range.first, ...neighbours.map(({ first }) => first)), Math.max(range.last, ...neighbours.map(({ last }) => last)));
  });
  return {
    uncovered: (range) => gapsIn(range, touching.all(range.last, range.first)),
    add: (range, events) => add.immediate(range, events),
    sequencesOf: (subject, { first, last }) => sequences.all(subject, first, last).map(({ sequence }) => sequence),
    lastOf: (subject, { first, last }) => newest.get(subject, first, last)?.sequence ?? undefined,
    close: () => void connection.close(),
  };
}
