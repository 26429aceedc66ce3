import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Tables } from '../generated/tables.ts';
import { openReader } from '../reader.ts';
import { build } from '../sqlite/statements.ts';
import { openTestModel, randomHistory, recordedBy, seeded } from '../testing/index.ts';
import { formerRows, formerValues } from './kept-history.ts';
import { openPastReader } from './past-reader.ts';
import { keepAll } from '../retention/kept.ts';

const dir = mkdtempSync(join(tmpdir(), 'kanade-past-'));
afterAll(() => { rmSync(dir, { recursive: true }); });

/** Columns that only ever serve the fold, whose past nobody asks for. */
const ofTheFold: Partial<Record<keyof Tables, readonly string[]>> = {
  endpoints: ['fromPosition', 'erasedAt', 'erasedPosition'],
  executions: ['countedPosition'],
  runs: ['deadlineAt', 'commandIncarnation', 'commandSequence', 'cancelRequested', 'held', 'outputErased', 'supersededState', 'acceptedPosition', 'startedPosition'],
  // Stamped with the site of an execution's targets, which come after its request.
  events: ['siteKey'],
  chains: ['epoch', 'sequence', 'hash', 'events', 'bytes', 'day'],
  packages: ['fromPosition'],
};
const dated = [
  'accounts', 'audit', 'brokerMoves', 'chains', 'chunks', 'desiredAnswers', 'endTallies', 'endpoints', 'enrolmentTokens', 'epochs', 'events', 'executionSites', 'executions', 'facets', 'jobVersions', 'jobs', 'packages', 'poison',
  'runs', 'samples', 'secrets', 'sites',
] as const;

/** Rows that say nothing, and are asked for by nobody. */
const isThere: Partial<Record<keyof Tables, (row: Readonly<Record<string, unknown>>) => boolean>> = {
  chains: ({ recordedAt }) => recordedAt !== null,
  endTallies: ({ count }) => count !== 0,
  sites: ({ listed }) => listed === 1,
};

type Rows = readonly Readonly<Record<string, unknown>>[];

function shown(table: keyof Tables, rows: Rows): unknown[] {
  const hidden = new Set(ofTheFold[table]);
  return rows.filter(isThere[table] ?? (() => true)).map((row) => JSON.stringify(Object.fromEntries(Object.entries(row).filter(([name]) => !hidden.has(name))))).sort();
}

const kept = [...formerValues, ...formerRows];
const tried = new Set<string>();

describe('every table as of a position', () => {
  const minutes = 60_000;
  it.each([
    [1, 10, keepAll], [2, 10, keepAll], [3, 10, keepAll],
    // Further back than that nobody can look; from there on everything is told.
    [5, 20 * minutes, { ...keepAll, past: { hours: 72, most: 1_000_000 } }],
  ] as const)('is what a fold to there makes of it (history %i)', (seed, stepMs, keeping) => {
    const history = randomHistory(seed, 400, stepMs);
    const file = join(dir, `${seed}.sqlite`);
    const whole = openTestModel({ file, kept: keeping });
    // In pieces, as they come: what a row said is kept whatever happens in one transaction.
    const random = seeded(seed);
    for (let done = 0; done < history.events.length; ) {
      const next = Math.min(history.events.length, done + 1 + Math.floor(random() * 60));
      const [before, after] = [recordedBy(history, done), recordedBy(history, next)];
      whole.apply({ events: after.events.slice(done), output: after.output.slice(before.output.length), private: after.private.slice(before.private.length), metrics: after.metrics.slice(before.metrics.length) });
      done = next;
    }
    const past = openPastReader(file);
    const first = past.firstPosition();
    expect(first > 0).toBe(keeping !== keepAll);
    // Samples go by the day, whatever else is kept.
    const tables = keeping === keepAll ? dated : dated.filter((table) => table !== 'samples');
    for (let position = Math.max(1, first); position <= history.events.length; position += 7) {
      const fresh = openTestModel();
      fresh.apply(recordedBy(history, position));
      const now = fresh.dump();
      const then = past.at(position);
      for (const table of tables) {
        const rows: Rows = then.all(build.selectFrom(table).selectAll());
        const wanted = (now[table] ?? []).filter((row) => typeof row === 'object' && row !== null).map((row) => ({ ...row }));
        expect({ table, position, rows: shown(table, rows) }).toEqual({ table, position, rows: shown(table, wanted) });
      }
      fresh.close();
    }
    past.close();
    for (const { past: table } of kept) if (whole.rows(`SELECT 1 FROM ${table} LIMIT 1`).length > 0) tried.add(table);
    whole.close();
  });

  it('was tried with former rows in every table that keeps some', () => {
    expect(kept.map(({ past }) => past).filter((table) => !tried.has(table))).toEqual([]);
  });

  it('is read beside the present, which stays as it is', () => {
    const history = randomHistory(4, 50);
    const file = join(dir, 'beside.sqlite');
    const model = openTestModel({ file });
    model.apply(history.batches);
    const [past, present] = [openPastReader(file), openReader(file)];
    const query = build.selectFrom('endpoints').select('key');
    expect(past.at(1).all(query)).toEqual([]);
    expect(present.all(query)).toHaveLength(past.at(history.events.length).all(query).length);
    expect(past.at(3).snapshot(({ sequence }) => sequence)).toBe(3);
  });
});
