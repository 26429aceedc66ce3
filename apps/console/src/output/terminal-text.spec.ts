import { describe, expect, it } from 'vitest';
import { LineDecoder } from './line-decoder.ts';
import { terminalLine } from './terminal-text.ts';

const escape = String.fromCharCode(0x1b);
const bell = String.fromCharCode(0x07);

describe('terminalLine', () => {
  it.each([
    ['colours', `${escape}[1;31mred${escape}[0m and plain`, 'red and plain'],
    ['a title and a link', `${escape}]0;title${bell}text ${escape}]8;;https://example.org${escape}\\link${escape}]8;;${escape}\\`, 'text link'],
    ['cursor movements', `${escape}[2K${escape}[1Gdone`, 'done'],
    ['what a progress bar overwrote', ' 10%\r 50%\r100%', '100%'],
    ['the end of a Windows line', 'text\r', 'text'],
    ['returns at the end, however many before them', `${'\r'.repeat(3000)}x${'\r'.repeat(900)}`, 'x'],
    ['nothing but returns', '\r\r\r', ''],
    ['piles of marks', `a${'\u0301'.repeat(10)}`, `a${'\u0301'.repeat(8)}\uFFFD\uFFFD`],
    ['control characters', `a${bell}b${String.fromCharCode(0)}c`, 'abc'],
    ['nothing of ordinary text', '日本語 <b>&amp; \t tab', '日本語 <b>&amp; \t tab'],
  ])('removes %s', (_, raw, shown) => {
    expect(terminalLine(raw)).toBe(shown);
  });
});

describe('LineDecoder', () => {
  it('cuts a line no browser could lay out', () => {
    const lines = new LineDecoder();
    lines.append(new TextEncoder().encode('x'.repeat(10_000)));
    expect(lines.count).toBe(3);
    expect(lines.line(0)).toHaveLength(4000);
    expect(lines.line(2)).toHaveLength(2000);
  });

  it('shows bytes that are no UTF-8 as such, and never stops at them', () => {
    const lines = new LineDecoder();
    lines.append(Uint8Array.of(0x61, 0xff, 0x62, 0x0a, 0x63));
    expect([lines.line(0), lines.line(1)]).toEqual(['a\uFFFDb', 'c']);
  });
});
