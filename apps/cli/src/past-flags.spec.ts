import { describe, expect, it } from 'vitest';
import { parseMoment } from './past-flags.ts';

const now = Date.parse('2026-01-31T12:00:00.000Z');

describe('a moment of the past', () => {
  it('is a position as it is', () => {
    expect(parseMoment('0badcafe:17', now)).toBe('0badcafe:17');
  });

  it.each([
    ['2026-01-31T10:00:00Z', '2026-01-31T10:00:00.000Z'],
    ['2026-01-31T10:00:00+09:00', '2026-01-31T01:00:00.000Z'],
    ['2h', '2026-01-31T10:00:00.000Z'],
    ['3d', '2026-01-28T12:00:00.000Z'],
    ['2026-01-31 10:00', new Date('2026-01-31T10:00').toISOString()],
    ['2026-01-31', new Date('2026-01-31T00:00').toISOString()],
  ])('is a time: %s', (text, moment) => {
    expect(parseMoment(text, now)).toBe(moment);
  });

  it.each(['yesterday', '2026-13-01', '2026-01-31T25:00:00Z', '', '17', '5w'])('is not %j', (text) => {
    expect(() => parseMoment(text, now)).toThrow(/is no moment/);
  });
});
