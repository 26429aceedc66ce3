import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Masker, SecretPatterns } from './masker.ts';

/** What a stream shows of `text` when it is written in these pieces. */
function shown(values: readonly (string | Buffer)[], pieces: readonly (string | Buffer)[]): string {
  const masker = new Masker(new SecretPatterns(values.map((value) => Buffer.from(value))));
  return Buffer.concat([...pieces.map((piece) => masker.push(Buffer.from(piece))), masker.end()]).toString('latin1');
}

const inBytes = (text: string | Buffer): Buffer[] => [...Buffer.from(text)].map((byte) => Buffer.from([byte]));

describe('a secret in output', () => {
  test.each([
    ['alone', 'hunter2', '***'],
    ['inside a line', 'the password is hunter2!\n', 'the password is ***!\n'],
    ['again and again', 'hunter2hunter2 hunter2', '****** ***'],
    ['begun and not finished', 'hunter, hunte', 'hunter, hunte'],
    ['begun once more inside its beginning', 'hunthunter2', 'hunt***'],
  ])('is masked %s, however the bytes are cut', (_where, text, expected) => {
    expect(shown(['hunter2'], [text])).toBe(expected);
    expect(shown(['hunter2'], inBytes(text))).toBe(expected);
  });

  test('is held back no longer than it could still become one', () => {
    const masker = new Masker(new SecretPatterns([Buffer.from('hunter2')]));
    expect(masker.push(Buffer.from('prompt> hun')).toString()).toBe('prompt> ');
    expect(masker.push(Buffer.from('dred')).toString()).toBe('hundred');
    expect(masker.push(Buffer.from('h')).toString()).toBe('');
    expect(masker.end().toString()).toBe('h');
  });

  test('of several lines is masked line by line too, but for lines that are too short', () => {
    const value = 'first line\r\nab\nsecond line\n';
    expect(shown([value], [`<${value}>`])).toBe('<***>');
    expect(shown([value], ['second line, ab, first line'])).toBe('***, ab, ***');
  });

  test('that overlaps another is masked with it', () => {
    expect(shown(['abcdef', 'defghi'], ['xabcdefghix'])).toBe('x***x');
    expect(shown(['abcdef', 'defghi'], inBytes('xabcdefghix'))).toBe('x***x');
    expect(shown(['abcd', 'abcdefgh'], inBytes('abcdefg abcdefgh'))).toBe('***efg ***');
  });

  test('is masked in base64: by itself, with a line break behind it, in the middle of something', () => {
    for (let length = 4; length < 40; length++) {
      const value = randomBytes(length).toString('hex').slice(0, length);
      for (const [before, after] of [['', ''], ['', '\n'], ['user:', '@host'], ['a', 'b'], ['ab', '']] as const) {
        const text = Buffer.from(before + value + after).toString('base64');
        const [head = '', tail, ...more] = shown([value], inBytes(text)).split('***');
        expect(more).toEqual([]);
        // What is left tells no more than the bits that share a character with something else.
        expect(head.length).toBeLessThanOrEqual(Math.ceil((before.length * 8) / 6));
        expect(tail?.length).toBeLessThanOrEqual(text.length - Math.floor(((before.length + value.length) * 8) / 6));
      }
    }
  });

  test.each([76, 64])('is masked in base64 that is broken into lines of %i', (width) => {
    const value = randomBytes(400);
    const text = value.toString('base64').replaceAll(new RegExp(`.{${width}}`, 'g'), '$&\n');
    expect(shown([value], inBytes(text))).toMatch(/^(\*\*\*\n?)+$/);
    expect(shown([value], [value.toString('base64url')])).toBe('***');
  });

  test('of any bytes is masked', () => {
    const value = Buffer.from([0, 255, 10, 13, 200, 201, 202, 203]);
    expect(shown([value], inBytes(Buffer.concat([Buffer.from('<'), value, Buffer.from('>')])))).toBe('<***>');
  });
});

test('nothing of a secret is ever shown, and nothing else is lost, whatever is printed in whatever pieces', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), minLength: 0, maxLength: 12 });
  const secret = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 4, maxLength: 7 });
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 3 }), fc.array(fc.oneof(letters, secret), { maxLength: 12 }), (values, pieces) => {
      const text = pieces.join('');
      const result = shown(values, pieces);
      for (const value of values) expect(result).not.toContain(value);
      expect(result).toBe(shown(values, [text]));
      const covered = new Array<boolean>(text.length).fill(false);
      for (const value of values) for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) covered.fill(true, at, at + value.length);
      expect(result.replaceAll('***', '')).toBe(covered.map((isSecret, at) => (isSecret ? '' : text.charAt(at))).join(''));
    }),
    { numRuns: 2000 },
  );
});
