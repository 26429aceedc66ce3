import { describe, expect, it } from 'vitest';
import { TestClock } from '../backend.spec-kit.ts';
import { readConfig } from '../config/config.ts';
import { RequestRates } from './request-rates.ts';

const config = readConfig({ KANADE_NATS_URL: 'nats://127.0.0.1:4222', KANADE_DATA_DIR: '/nowhere', KANADE_REQUESTS_PER_MINUTE: '60' });

class StoppedClock extends TestClock {
  private time = 0;

  override now(): number {
    return this.time;
  }

  override advance(ms: number): void {
    this.time += ms;
  }
}

function open() {
  const clock = new StoppedClock();
  const rates = new RequestRates(clock, config);
  const allowed = (who: string, times: number, kind: 'account' | 'address' = 'account') => {
    let count = 0;
    for (let n = 0; n < times; n += 1) {
      try {
        rates.count(kind, who);
        count += 1;
      } catch (error) {
        expect(error).toMatchObject({ code: 'too-many-attempts', retryable: true, details: { retryAfterSeconds: 1 } });
      }
    }
    return count;
  };
  return { clock, rates, allowed };
}

describe('requests', () => {
  it('are let through up to the limit, and for one asker only are the rest refused', () => {
    const { allowed } = open();
    expect([allowed('hana', 70), allowed('ken', 10), allowed('hana', 10, 'address')]).toEqual([60, 10, 10]);
  });

  it('are let through again as time passes, and never more than the limit at once', () => {
    const { allowed, clock } = open();
    allowed('hana', 60);
    clock.advance(5000);
    expect(allowed('hana', 70)).toBe(5);
    clock.advance(3_600_000);
    expect(allowed('hana', 70)).toBe(60);
  });

  it('of ever new askers fill no memory', () => {
    const { rates, allowed } = open();
    allowed('hana', 1);
    for (let n = 0; n < 50_010; n += 1) rates.count('address', String(n));
    expect(rates.size).toBe(50_000);
  });
});
