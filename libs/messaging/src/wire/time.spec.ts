import { expect, it } from 'vitest';
import { wholeMilliseconds } from './time.ts';

it('a moment is in the millisecond a direct get says, also at its very end', () => {
  for (const fraction of ['000000001', '123999999', '999999999']) {
    const seconds = Date.parse('2026-11-30T22:38:00Z') / 1000;
    expect(wholeMilliseconds(`${seconds}${fraction}`)).toBe(Date.parse(`2026-11-30T22:38:00.${fraction}Z`));
  }
});
