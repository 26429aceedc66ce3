import { describe, expect, it } from 'vitest';
import { auditFormats, csvCell } from './audit-formats.ts';

const entry = {
  position: '0badcafe:3', recordedAt: '2026-01-31T12:00:00.000Z', time: '2026-01-31T12:00:00.000Z', principal: 'account/a1', name: '=cmd|calc', remoteAddress: '::1',
  interface: 'cli', type: 'kanade.job.applied.v1', outcome: 'done', target: { kind: 'job', id: 'hello', name: 'hello, "again"' }, targetCount: null, scriptDigest: null,
  operation: null, code: null, count: 1,
} as const;

describe('a cell', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', `"'\r=1"`],
    ['a "b", c', '"a ""b"", c"'],
    ['=HYPERLINK("x","y")', `"'=HYPERLINK(""x"",""y"")"`],
    ['two\nlines', '"two\nlines"'],
    ['plain = text', 'plain = text'],
  ])('of %j is %j', (text, cell) => expect(csvCell(text)).toBe(cell));
  it('of nothing is empty, and of a number the number', () => expect([csvCell(null), csvCell(-3)]).toEqual(['', '-3']));
});

describe('a file', () => {
  it('of NDJSON has an entry a line', () => expect(JSON.parse(auditFormats.ndjson.line(entry))).toEqual(entry));
  it('of CSV has as many cells as headings', () => {
    const { head, line } = auditFormats.csv;
    expect(head).toMatch(/^position,recordedAt,.*,count\r\n$/);
    expect(line({ ...entry, target: { ...entry.target, name: null } }).split(',')).toHaveLength(head.split(',').length);
    expect(line(entry)).toBe(
      `0badcafe:3,2026-01-31T12:00:00.000Z,2026-01-31T12:00:00.000Z,account/a1,'=cmd|calc,::1,cli,kanade.job.applied.v1,done,job,hello,"hello, ""again""",,,,,1\r\n`,
    );
  });
});
