import { describe, expect, it } from 'vitest';
import { displayWidth, oneLine, renderTable } from './table.ts';

describe('renderTable', () => {
  const columns = [
    { title: 'NAME', value: (row: { name: string; size: number }) => row.name },
    { title: 'SIZE', value: (row: { name: string; size: number }) => String(row.size), align: 'right' as const },
  ];

  it('lines columns up and ends lines without blanks', () => {
    expect(renderTable([{ name: 'a', size: 10 }, { name: 'long-name', size: 5 }], columns)).toBe('NAME       SIZE\na            10\nlong-name     5');
  });

  it('counts wide characters as two cells', () => {
    expect(displayWidth('東京-1')).toBe(6);
    expect(renderTable([{ name: '東京', size: 1 }], columns).split('\n')[1]).toBe('東京     1');
  });

  it('has only headings when there is nothing', () => {
    expect(renderTable([], columns)).toBe('NAME  SIZE');
  });

  it('lets no host name move the cursor or colour the terminal', () => {
    expect(oneLine('evil\u001b[2Jhost\r\n\u202e')).toBe('evil·[2Jhost···');
  });
});
