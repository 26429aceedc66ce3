import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

describe('a pace', () => {
  it('is not known before there are two marks', () => {
    const pace = new Pace();
    expect(pace.perSecond(0)).toBe(0);
    pace.reached(5, 1000);
    expect(pace.perSecond(2000)).toBe(0);
  });

  it('is that of the last ten seconds', () => {
    const pace = new Pace();
    for (let second = 0; second <= 60; second += 1) pace.reached(second < 40 ? second : 40 + (second - 40) * 100, second * 1000);
    expect(pace.perSecond(60_000)).toBeCloseTo(100, 5);
  });

  it('slows down when nothing comes, and begins anew when it goes back', () => {
    const pace = new Pace();
    pace.reached(0, 0);
    pace.reached(1000, 1000);
    expect(pace.perSecond(1000)).toBe(1000);
    expect(pace.perSecond(10_000)).toBe(100);
    pace.reached(3, 2000);
    expect(pace.perSecond(2000)).toBe(0);
    pace.reached(5, 2050);
    pace.reached(13, 3000);
    expect(pace.perSecond(3000)).toBe(10);
  });
});
