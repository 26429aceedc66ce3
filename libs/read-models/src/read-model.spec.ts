import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deleteReadModel, openReadModel, readModelFile } from './read-model.ts';
import { openReader } from './reader.ts';
import { build } from './sqlite/statements.ts';
import { busyHistory, dumpFile } from './testing/index.ts';

const options = { incarnation: '0badcafe', verifyControl: () => undefined, restoredAt: null };
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kanade-read-model-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a read model on disk', () => {
  it('is private, goes on where it stopped, and is the same when rebuilt', () => {
    const history = busyHistory();
    const first = openReadModel(directory, options);
    first.apply({ events: history.events.slice(0, 5) });
    first.close();
    expect(statSync(first.file).mode & 0o777).toBe(0o600);
    const second = openReadModel(directory, options);
    expect(second.checkpoint('events')?.sequence).toBe(5);
    second.apply({ ...history.batches, events: history.events.slice(5) });
    second.close();
    const before = dumpFile(second.file);
    deleteReadModel(directory);
    expect(readdirSync(directory)).toEqual([]);
    const third = openReadModel(directory, options);
    third.apply(history.batches);
    third.close();
    expect(dumpFile(third.file)).toEqual(before);
  });

  it('removes the files of other projections when asked', () => {
    const other = join(directory, 'read-model-0123456789abcdef.sqlite');
    writeFileSync(other, '');
    writeFileSync(`${other}-wal`, '');
    writeFileSync(join(directory, 'verifier.sqlite'), '');
    const model = openReadModel(directory, options);
    model.removeOthers();
    model.close();
    expect(readdirSync(directory).sort()).toEqual([readModelFile(directory).slice(directory.length + 1), 'verifier.sqlite']);
  });

  it('is read beside its writer, each answer at one position', () => {
    const history = busyHistory();
    const model = openReadModel(directory, options);
    const reader = openReader(model.file);
    expect(reader.snapshot((place) => place)).toEqual({ incarnation: '0badcafe', sequence: 0 });
    model.apply(history.batches);
    const names = build.selectFrom('endpoints').select('id').orderBy('id');
    expect(reader.snapshot((place) => [place.sequence, reader.all(names).length])).toEqual([history.events.length, 6]);
    reader.close();
    model.close();
  });
});
