import { Injectable } from '@nestjs/common';
import { Clock } from '../clock.ts';
import { Config } from '../config/config.ts';
import { DomainError } from '../domain-error.ts';

const minuteMs = 60_000;
const mostRemembered = 50_000;

interface Allowance {
  left: number;
  at: number;
}

/** Lets everybody ask so many times in a minute, all at once or spread out; whoever asks more waits, and nobody else does. */
@Injectable()
export class RequestRates {
  private readonly allowances = new Map<string, Allowance>();

  constructor(
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** How many are remembered. */
  get size(): number {
    return this.allowances.size;
  }

  /** Counts one request; throws too-many-attempts for one too many. */
  count(kind: 'account' | 'address', who: string): void {
    const most = this.config.requestsPerMinute;
    const now = this.clock.now();
    const key = `${kind} ${who}`;
    const known = this.allowances.get(key);
    const left = known === undefined ? most : Math.min(most, known.left + ((now - known.at) * most) / minuteMs);
    this.allowances.delete(key);
    this.allowances.set(key, { left: left < 1 ? left : left - 1, at: now });
    // Whoever has been quiet for longest goes first: a Map keeps the order in which it was filled.
    for (const quietest of this.allowances.keys()) {
      if (this.allowances.size <= mostRemembered) break;
      this.allowances.delete(quietest);
    }
    if (left >= 1) return;
    const seconds = Math.ceil(((1 - left) * minuteMs) / most / 1000);
    throw new DomainError('too-many-attempts', `more than ${most} requests in a minute; try again in ${seconds} s`, { retryable: true, details: { retryAfterSeconds: seconds } });
  }
}
