import { describe, expect, it } from 'vitest';
import { shownLimit, shownText, withoutPiles } from './bounded-text.ts';
import { jsonTokens, shownJson } from './json-tokens.ts';

const mark = '\u0301';

describe('JSON as it is shown', () => {
  it.each([
    { a: 1, b: [true, null, 'x: {,}'], c: {}, d: [], e: { f: [[], [1]] } }, [], {}, 'text', 3, [[{}], [[]]], { 'a"b': '\\' },
  ])('is laid out as usual: %j', (value) => {
    expect(shownJson(JSON.stringify(value))).toEqual({ text: JSON.stringify(value, null, 2), isWhole: true });
  });

  it('keeps numbers and escapes as they came, and what is no JSON as it is', () => {
    expect(shownJson('{"n":1e999,"id":12345678901234567890, "t":"\\u0041"}').text).toBe('{\n  "n": 1e999,\n  "id": 12345678901234567890,\n  "t": "\\u0041"\n}');
    expect(shownJson('[1,').text).toBe('[1,');
  });

  it.each([
    ['brackets by the thousand', '['.repeat(5000) + ']'.repeat(5000)],
    ['half a million brackets', '['.repeat(500_000) + ']'.repeat(500_000)],
    ['objects in objects', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)],
    ['a wide value', `[${'[],'.repeat(300_000)}[]]`],
    ['one long text', JSON.stringify('x"\\'.repeat(300_000))],
    ['brackets that end nowhere', '['.repeat(1_000_000)],
    ['quotes', '"'.repeat(1_000_001)],
    ['a pile of marks', JSON.stringify(`a${mark.repeat(1_000_000)}`)],
  ])('stays small, and its pieces few: %s', (_, text) => {
    const shown = shownJson(text);
    expect(shown.text.length).toBeLessThanOrEqual(shownLimit);
    const tokens = jsonTokens(shown.text);
    expect(tokens.length).toBeLessThanOrEqual(4001);
    expect(tokens.map((token) => token.text).join('')).toBe(shown.text);
    if (text.length > shownLimit) expect(shown.isWhole).toBe(false);
  });

  it('shows what lies deep as it came, and goes on behind it', () => {
    const deep = `{"deep":${'['.repeat(40)}1, 2${']'.repeat(40)},"after":1}`;
    const { text } = shownJson(deep);
    expect(text).toContain(`${'['.repeat(17)}1, 2${']'.repeat(17)}`);
    expect(text.endsWith('],\n  "after": 1\n}')).toBe(true);
    expect(JSON.parse(text)).toEqual(JSON.parse(deep));
  });
});

describe('a text that others wrote', () => {
  it('is shown from its beginning, and no character of it in halves', () => {
    expect(shownText('x'.repeat(10), 4)).toEqual({ text: 'xxxx', isWhole: false });
    expect(shownText('ab😀', 3)).toEqual({ text: 'ab', isWhole: false });
    expect(shownText('ab😀', 4)).toEqual({ text: 'ab😀', isWhole: true });
  });

  it('keeps the marks that people write, and no piles of them', () => {
    const sound = 'Ünïcödé, ญี่ปุ่น, Z̴a̶l̷';
    expect(withoutPiles(sound)).toBe(sound);
    expect(withoutPiles(`a${mark.repeat(10)}b${mark.repeat(8)}`)).toBe(`a${mark.repeat(8)}\uFFFD\uFFFDb${mark.repeat(8)}`);
  });
});
