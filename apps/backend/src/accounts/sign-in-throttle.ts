import { Injectable } from '@nestjs/common';

/** Failures of one source over all names that are free: many people may share one address. */
const freeOfSource = 30;
/** Failures that are free, then how long the next attempt must wait: twice as long each time, and never longer than `longest`. */
const free = 5;
const first = 1000;
const longest = 60_000;
/** A source that stays quiet this long starts afresh. */
const forgetAfter = 15 * 60_000;
const mostRemembered = 50_000;

interface Failures {
  count: number;
  last: number;
}

/**
 * Slows guessing down, per name and source together and per source over all names. Nothing is counted per name alone: a guesser somewhere
 * else never makes the owner wait. Nobody is ever locked out, only slowed.
 */
@Injectable()
export class SignInThrottle {
  private readonly failures = new Map<string, Failures>();

  private key(username: string, source: string): string {
    return `${source} ${username.normalize('NFC').toLowerCase()}`;
  }

  /** How many ms the next attempt has to wait, 0 when it may come. */
  wait(username: string, source: string, now: number): number {
    return Math.max(this.waitFor(this.key(username, source), free, now), this.waitFor(source, freeOfSource, now));
  }

  private waitFor(key: string, freeOnes: number, now: number): number {
    const known = this.failures.get(key);
    if (known === undefined || known.count < freeOnes || now - known.last >= forgetAfter) return 0;
    const pause = Math.min(longest, first * 2 ** (known.count - freeOnes));
    return Math.max(0, known.last + pause - now);
  }

  failed(username: string, source: string, now: number): void {
    this.count(this.key(username, source), now);
    this.count(source, now);
  }

  private count(key: string, now: number): void {
    const known = this.failures.get(key);
    const count = known === undefined || now - known.last >= forgetAfter ? 1 : known.count + 1;
    this.failures.delete(key);
    this.failures.set(key, { count, last: now });
    // The oldest go first: a Map keeps the order in which it was filled.
    for (const oldest of this.failures.keys()) {
      if (this.failures.size <= mostRemembered) break;
      this.failures.delete(oldest);
    }
  }

  /** The source's own count stays: who has one account must not guess at others for ever. */
  succeeded(username: string, source: string): void {
    this.failures.delete(this.key(username, source));
  }
}
