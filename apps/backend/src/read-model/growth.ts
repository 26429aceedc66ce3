import { statSync } from 'node:fs';
import { build, sweptEvents, trimmedBefore, unusedBytes } from '@kanade/read-models';
import type { KeptKind, Reader } from '@kanade/read-models';
import type { TableSizes } from '../projections/table-sizes.ts';
import type { ReadModelStatus } from './get-read-model.query.ts';

type Rows = ReadModelStatus['rows'][number];

/** Bytes of a database file with its log; 0 before there is one. */
export function sizeOf(path: string): number {
  return ['', '-wal'].reduce((sum, suffix) => sum + (statSync(`${path}${suffix}`, { throwIfNoEntry: false })?.size ?? 0), 0);
}

type End = 'asc' | 'desc';

/** The first and last of rows that are numbered one after the other: counting them all would take long. */
const endsSql = {
  runs: (end: End) => build.selectFrom('runs').select('key as number').orderBy('key', end).limit(1),
  events: (end: End) => build.selectFrom('events').select('position as number').orderBy('position', end).limit(1),
  output: (end: End) => build.selectFrom('chunks').select('sequence as number').orderBy('sequence', end).limit(1),
  samples: (end: End) => build.selectFrom('samples').select('sequence as number').orderBy('sequence', end).limit(1),
  'private-parts': (end: End) => build.selectFrom('privateParts').select('sequence as number').orderBy('sequence', end).limit(1),
} as const;

const countsSql = {
  executions: () => build.selectFrom('executions').select(({ fn }) => fn.countAll<number>().as('count')),
  audit: () => build.selectFrom('audit').select(({ fn }) => fn.countAll<number>().as('count')),
} as const;

const cutBy: Partial<Record<Rows['kind'], KeptKind>> = { executions: 'executions', runs: 'executions', events: 'events', audit: 'audit' };

const kindOf: Readonly<Record<string, Rows['kind']>> = {
  executions: 'executions', executionSites: 'executions', endTallies: 'executions', runs: 'runs', heldEnds: 'runs', events: 'events', audit: 'audit', chunks: 'output', samples: 'samples',
  privateParts: 'private-parts',
};

/** Bytes by kind, out of those by table. */
function bytesByKind(sizes: TableSizes): ReadonlyMap<Rows['kind'], number> {
  const bytes = new Map<Rows['kind'], number>();
  for (const [table, size] of Object.entries(sizes)) {
    const kind = kindOf[table] ?? (table.endsWith('Past') ? 'past' : 'rest');
    bytes.set(kind, (bytes.get(kind) ?? 0) + size);
  }
  return bytes;
}

/** How much there is of what grows with the history; `sizes` is undefined as long as they are not measured. */
export function readGrowth(db: Reader, sizes: TableSizes | undefined): Pick<ReadModelStatus, 'rows' | 'reusableBytes'> {
  const bytes = sizes === undefined ? undefined : bytesByKind(sizes);
  const span = (kind: keyof typeof endsSql, gone = 0): number => {
    const [first, last] = [db.get(endsSql[kind]('asc')), db.get(endsSql[kind]('desc'))];
    return first === undefined || last === undefined ? 0 : last.number - Math.max(first.number - 1, gone);
  };
  const count = (kind: keyof typeof countsSql): number => db.get(countsSql[kind]())?.count ?? 0;
  const before = (kind: Rows['kind']): string | null => {
    const cut = cutBy[kind];
    const at = cut === undefined ? 0 : trimmedBefore(db, cut);
    return at === 0 ? null : new Date(at).toISOString();
  };
  const rows = (kind: Rows['kind'], found: number | null): Rows => ({ kind, count: found, bytes: bytes === undefined ? null : (bytes.get(kind) ?? 0), before: before(kind) });
  return {
    rows: [
      rows('executions', count('executions')), rows('runs', span('runs')), rows('events', span('events', sweptEvents(db))), rows('audit', count('audit')), rows('output', span('output')),
      rows('samples', span('samples')), rows('private-parts', span('private-parts')), rows('past', null), rows('rest', null),
    ],
    reusableBytes: unusedBytes(db),
  };
}
