import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openArchiveIndex } from './archive-index.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kanade-archive-index-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('the index of an archive', () => {
  it('tells what it has not seen, in whatever order it was filled', () => {
    const index = openArchiveIndex(directory, '0badcafe');
    expect(index.uncovered({ first: 1, last: 100 })).toEqual([{ first: 1, last: 100 }]);
    for (const [first, last] of [[1, 10], [21, 30], [60, 60]] as const) index.add({ first, last }, []);
    expect(index.uncovered({ first: 5, last: 100 })).toEqual([{ first: 11, last: 20 }, { first: 31, last: 59 }, { first: 61, last: 100 }]);
    index.add({ first: 11, last: 20 }, []);
    index.add({ first: 25, last: 70 }, []);
    expect(index.uncovered({ first: 1, last: 75 })).toEqual([{ first: 71, last: 75 }]);
    index.close();
  });

  it('knows where a subject is, also when two fill it and after both were gone', () => {
    const [one, other] = [openArchiveIndex(directory, '0badcafe'), openArchiveIndex(directory, '0badcafe')];
    one.add({ first: 1, last: 3 }, [{ subject: 'a', sequence: 1 }, { subject: 'b', sequence: 2 }, { subject: 'a', sequence: 3 }]);
    other.add({ first: 2, last: 5 }, [{ subject: 'b', sequence: 2 }, { subject: 'a', sequence: 3 }, { subject: 'a', sequence: 5 }]);
    one.close();
    other.close();
    const again = openArchiveIndex(directory, '0badcafe');
    expect(again.sequencesOf('a', { first: 1, last: 9 })).toEqual([1, 3, 5]);
    expect([again.lastOf('a', { first: 1, last: 4 }), again.lastOf('b', { first: 3, last: 9 })]).toEqual([3, undefined]);
    again.close();
  });

  it('begins anew for another history, and when its file is none', () => {
    openArchiveIndex(directory, '0badcafe').close();
    openArchiveIndex(directory, '0badbeef').close();
    expect(readdirSync(directory)).toEqual(['archive-index-0badbeef.sqlite']);
    writeFileSync(join(directory, 'archive-index-0badbeef.sqlite'), 'this is no database, and never was one');
    const index = openArchiveIndex(directory, '0badbeef');
    expect(index.uncovered({ first: 1, last: 2 })).toEqual([{ first: 1, last: 2 }]);
    index.close();
  });
});
