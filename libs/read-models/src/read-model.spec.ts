import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReadModel } from './read-model.ts';
import { deleteOtherReadModels, deleteReadModel, findReadModels, readModelFile, reserveReadModel } from './read-model-files.ts';
import { keepAll } from './retention/kept.ts';
import { openReader } from './reader.ts';
import { build } from './sqlite/statements.ts';
import { busyHistory, dumpFile } from './testing/index.ts';

const options = { incarnation: '0badcafe', verifyControl: () => undefined, restoredAt: null, kept: keepAll };
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kanade-read-model-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('a read model on disk', () => {
  it('is private, goes on where it stopped, and is the same when rebuilt', () => {
    const history = busyHistory();
    const first = openReadModel(readModelFile(directory, keepAll).path, options);
    first.apply({ events: history.events.slice(0, 5) });
    first.close();
    expect(statSync(first.file).mode & 0o777).toBe(0o600);
    const second = openReadModel(readModelFile(directory, keepAll).path, options);
    expect(second.checkpoint('events')?.sequence).toBe(5);
    second.apply({ ...history.batches, events: history.events.slice(5) });
    second.close();
    const before = dumpFile(second.file);
    deleteReadModel(first.file);
    expect(readdirSync(directory)).toEqual([]);
    const third = openReadModel(readModelFile(directory, keepAll).path, options);
    third.apply(history.batches);
    third.close();
    expect(dumpFile(third.file)).toEqual(before);
  });

  it('is called otherwise where other rows are kept, and can be read all the same', () => {
    const [all, some] = [readModelFile(directory, keepAll), readModelFile(directory, { ...keepAll, audit: { hours: 48, most: 1000 } })];
    expect(some).toMatchObject({ tables: all.tables });
    expect(some.code).not.toBe(all.code);
  });

  it('goes with others when all but some are removed', () => {
    const other = join(directory, 'read-model-0123456789ab-0123456789ab-7.sqlite');
    const older = join(directory, 'read-model-0123456789abcdef.sqlite');
    for (const path of [other, `${other}-wal`, older, join(directory, 'verifier.sqlite')]) writeFileSync(path, '');
    const { path } = readModelFile(directory, keepAll, 8);
    openReadModel(path, options).close();
    deleteOtherReadModels(directory, [path]);
    expect(readdirSync(directory).sort()).toEqual([basename(path), 'verifier.sqlite']);
  });

  it('is read beside its writer, each answer at one position', () => {
    const history = busyHistory();
    const model = openReadModel(readModelFile(directory, keepAll).path, options);
    const reader = openReader(model.file);
    expect(reader.snapshot((place) => place)).toEqual({ incarnation: '0badcafe', sequence: 0 });
    model.apply(history.batches);
    const names = build.selectFrom('endpoints').select('id').orderBy('id');
    expect(reader.snapshot((place) => [place.sequence, reader.all(names).length])).toEqual([history.events.length, 6]);
    reader.close();
    model.close();
  });
});

describe('the read models of a directory', () => {
  const make = (number: number, { serves, code }: { serves: boolean; code?: string }) => {
    const today = readModelFile(directory, keepAll, number);
    const path = code === undefined ? today.path : today.path.replace(today.code, code);
    const model = openReadModel(path, options);
    if (serves) model.serve();
    model.close();
    return path;
  };

  it('are none at first', () => {
    expect(findReadModels(join(directory, 'nowhere'), keepAll)).toEqual({ serving: undefined, building: undefined, nextNumber: 1 });
  });

  it('are the newest that has served, by whatever code, and its half-built successor of today’s', () => {
    make(1, { serves: true });
    const serving = make(4, { serves: true, code: '0123456789ab' });
    const building = readModelFile(directory, keepAll, 5).path;
    reserveReadModel(readModelFile(directory, keepAll, 5));
    make(6, { serves: false, code: '0123456789ab' });
    expect(findReadModels(directory, keepAll)).toMatchObject({ serving: { path: serving, number: 4, code: '0123456789ab' }, building: { path: building, number: 5 }, nextNumber: 7 });
  });

  it('are not those with other tables, half built without one to serve, or damaged', () => {
    make(1, { serves: false });
    const damaged = make(2, { serves: true });
    writeFileSync(damaged, 'this is no database, and never was one');
    const { path, tables } = readModelFile(directory, keepAll, 3);
    writeFileSync(path.replace(tables, '0123456789ab'), '');
    expect(findReadModels(directory, keepAll)).toEqual({ serving: undefined, building: undefined, nextNumber: 4 });
  });
});
