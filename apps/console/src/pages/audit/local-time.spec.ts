import { describe, expect, it } from 'vitest';
import { localInput, timeOfInput } from './local-time.ts';

describe('a time in a field', () => {
  it.each(['2026-01-31T12:00:07.000Z', '2026-07-31T23:59:59.000Z'])('comes out as it went in: %s', (time) => expect(timeOfInput(localInput(time))).toBe(time));
  it('is empty for none, and none for what is no time', () => {
    expect([localInput(undefined), localInput('yesterday'), timeOfInput(undefined), timeOfInput('yesterday')]).toEqual(['', '', undefined, undefined]);
  });
});
