import { expect, it } from 'vitest';
import { Seldom } from './seldom.ts';

it('lets each thing be told once in a minute, and forgets the oldest of very many', () => {
  const seldom = new Seldom();
  expect([seldom.may('a', 0), seldom.may('a', 1), seldom.may('b', 1), seldom.may('a', 59_999), seldom.may('a', 60_000), seldom.may('a', 60_001)]).toEqual([true, false, true, false, true, false]);
  for (let n = 0; n < 10_000; n += 1) seldom.may(`key ${n}`, 60_002);
  expect(seldom.may('a', 60_003)).toBe(true);
});
