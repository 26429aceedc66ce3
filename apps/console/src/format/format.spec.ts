import { describe, expect, it } from 'vitest';
import { formatRelative } from './dates.ts';
import { formatDuration } from './durations.ts';
import { formatBytes, formatPercent } from './numbers.ts';

describe('formatBytes', () => {
  it.each([[0, '0 B'], [1023, '1,023 B'], [1536, '1.5 KiB'], [512 * 1024 ** 3, '512 GiB'], [1024 ** 4, '1 TiB']])('writes %d', (bytes, text) => {
    expect(formatBytes(bytes, 'en')).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([[340, '340ms'], [12_345, '12.3s'], [252_000, '4m 12s'], [3_600_000, '1h'], [7_500_000, '2h 5m'], [90_000_000, '1d 1h']])('writes %d', (milliseconds, text) => {
    expect(formatDuration(milliseconds, 'en')).toBe(text);
  });

  it('speaks Japanese', () => {
    expect(formatDuration(252_000, 'ja')).toBe('4 分 12 秒');
  });
});

describe('formatRelative', () => {
  const now = Date.parse('2026-01-31T12:00:00Z');
  it.each([['2026-01-31T11:59:55Z', 'en', 'now'], ['2026-01-31T11:57:00Z', 'en', '3 min. ago'], ['2026-01-31T11:57:00Z', 'ja', '3 分前'], ['2026-02-01T13:00:00Z', 'en', 'tomorrow']])(
    'writes %s in %s',
    (time, language, text) => {
      expect(formatRelative(time, now, language)).toBe(text);
    },
  );
});

describe('formatPercent', () => {
  it('shows a small share with a decimal', () => {
    expect([0, 0.004, 0.5, 1].map((share) => formatPercent(share, 'en'))).toEqual(['0%', '0.4%', '50%', '100%']);
  });
});
