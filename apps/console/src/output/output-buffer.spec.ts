import { describe, expect, it } from 'vitest';
import { OutputBuffer } from './output-buffer.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function rowsOf(buffer: OutputBuffer): string[] {
  return Array.from({ length: buffer.rowCount }, (_, index) => {
    const row = buffer.row(index);
    return row?.kind === 'gap' ? `<${row.from}-${row.to}>` : (row?.text ?? 'nothing');
  });
}

describe('OutputBuffer', () => {
  it('joins pieces that follow one another, in the middle of a line and of a character', () => {
    const buffer = new OutputBuffer();
    const text = bytes('one\n夜間点検 two\nthree');
    buffer.insert(0, text.slice(0, 6));
    buffer.insert(6, text.slice(6, 9));
    buffer.insert(9, text.slice(9));
    expect(rowsOf(buffer)).toEqual(['one', '夜間点検 two', 'three']);
    expect(buffer.missing()).toEqual([]);
  });

  it('shows a hole where live bytes ran ahead, and closes it when it is fetched', () => {
    const buffer = new OutputBuffer();
    buffer.insert(0, bytes('a\n'));
    buffer.insert(6, bytes('d\n'));
    expect(rowsOf(buffer)).toEqual(['a', '<2-6>', 'd']);
    expect(buffer.missing()).toEqual([{ from: 2, to: 6 }]);
    buffer.insert(2, bytes('b\nc\n'));
    expect(rowsOf(buffer)).toEqual(['a', 'b', 'c', 'd']);
    expect(buffer.missing()).toEqual([]);
  });

  it('takes what was fetched and heard twice only once', () => {
    const buffer = new OutputBuffer();
    const text = bytes('0123456789\nabcdefghij\n');
    buffer.insert(5, text.slice(5, 9));
    buffer.insert(14, text.slice(14, 18));
    buffer.insert(0, text);
    buffer.insert(3, text.slice(3, 12));
    expect(rowsOf(buffer)).toEqual(['0123456789', 'abcdefghij']);
  });

  it('knows of bytes that are stored but not here', () => {
    const buffer = new OutputBuffer();
    buffer.insert(0, bytes('a\n'));
    buffer.expect(10);
    expect(buffer.total).toBe(10);
    expect(rowsOf(buffer)).toEqual(['a', '<2-10>']);
  });

  it('lets the earliest go beyond its limit, and begins what stays with a whole line', () => {
    const buffer = new OutputBuffer(100);
    for (let at = 0; at < 400; at += 10) buffer.insert(at, bytes(`line ${String(at).padStart(4, '0')}\n`));
    const [gap, ...lines] = rowsOf(buffer);
    expect(gap).toMatch(/^<0-\d+>$/);
    expect(lines.at(-1)).toBe('line 0390');
    expect(lines.every((line) => /^line \d{4}$/.test(line))).toBe(true);
    expect(lines.length * 10).toBeLessThanOrEqual(100);
    expect(buffer.total).toBe(400);
  });

  it('keeps what somebody asked to see beyond the limit', () => {
    const buffer = new OutputBuffer(20);
    buffer.insert(20, bytes('012345678\n012345678\n'));
    buffer.makeRoom(20);
    buffer.insert(0, bytes('abcdefghi\nabcdefghi\n'));
    expect(rowsOf(buffer)).toHaveLength(4);
  });

  it('tells of every change', () => {
    const buffer = new OutputBuffer();
    const versions: number[] = [];
    const stop = buffer.subscribe(() => versions.push(buffer.getVersion()));
    buffer.insert(0, bytes('a'));
    buffer.expect(5);
    buffer.expect(5);
    stop();
    buffer.insert(1, bytes('b'));
    expect(versions).toEqual([1, 2]);
  });

  it('gives the same rows for any order of pieces', () => {
    const text = bytes(Array.from({ length: 60 }, (_, line) => `行 ${line} ${'x'.repeat(line % 7)}`).join('\n'));
    const pieces = Array.from({ length: Math.ceil(text.length / 7) }, (_, piece) => piece * 7);
    const inOrder = new OutputBuffer();
    inOrder.insert(0, text);
    for (const step of [3, 5, 11]) {
      const buffer = new OutputBuffer();
      for (let start = 0; start < step; start += 1) {
        for (const at of pieces.filter((_, index) => index % step === start).reverse()) buffer.insert(at, text.slice(at, at + 9));
      }
      expect(rowsOf(buffer)).toEqual(rowsOf(inOrder));
    }
  });
});
