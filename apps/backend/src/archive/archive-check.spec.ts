import type { ArchiveStatus } from '@kanade/contracts';
import { describe, expect, it } from 'vitest';
import { archiveCheck } from './archive-check.ts';
import { RangeList } from './range-list.ts';

const well: ArchiveStatus = {
  directory: '/archive', leading: true, position: '0badcafe:120', lagEvents: 0, bytes: 1, failure: null, lacks: [],
  damage: { missing: [], altered: [], archive: [], rewound: null }, comparedAt: null,
};
const one = [{ first: 7, last: 7 }];
const damaged = (damage: Partial<ArchiveStatus['damage']>): ArchiveStatus => ({ ...well, damage: { ...well.damage, ...damage } });

describe('what the status says of the archive', () => {
  it.each([
    [undefined, 'ok', /KANADE_ARCHIVE_DIR/],
    [well, 'ok', /up to 0badcafe:120/],
    [{ ...well, leading: false, position: null }, 'ok', /Another replica/],
    [{ ...well, failure: 'the disk is full' }, 'degraded', /in trouble: the disk is full\./],
    [{ ...well, lagEvents: 20_000 }, 'degraded', /20000 events/],
    [{ ...well, lacks: one }, 'degraded', /lacks 1 event \(7\)/],
    [damaged({ missing: [...one, { first: 10, last: 12 }] }), 'degraded', /4 events \(7, 10 to 12\) are missing.*kanade event recover/],
    [damaged({ archive: one }), 'degraded', /damaged in the archive/],
    [damaged({ altered: one }), 'degraded', /^1 event \(7\) is not the same/],
    [damaged({ rewound: 'The record ends at 5.' }), 'failed', /^The record ends at 5\.$/],
  ] as const)('%# fits', (archive, status, detail) => {
    expect(archiveCheck(archive)).toMatchObject({ status, detail: expect.stringMatching(detail) });
  });
});

it('positions that follow one another are one range', () => {
  const list = new RangeList();
  for (const position of [1, 2, 5, 6, 9]) list.add({ first: position, last: position });
  list.add({ first: 10, last: 20 });
  expect(list.ranges).toEqual([{ first: 1, last: 2 }, { first: 5, last: 6 }, { first: 9, last: 20 }]);
});
