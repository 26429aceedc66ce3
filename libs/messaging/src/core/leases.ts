import { buckets } from '@kanade/contracts';
import { MessagingError } from '../errors.ts';
import { parseRecord, numberAt, textAt } from '../wire/json.ts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import { openKv } from './kv.ts';
import type { Kv, KvEntry } from './kv.ts';
import type { Lease, LeaseKeeper } from './types.ts';

export interface LeaseOptions {
  /** What is leased, e.g. `process-managers`. */
  readonly name: string;
  /** Who asks; the same name takes over its own lease at once, so it must be of one replica only. */
  readonly holder: string;
  /** Default 15; renewed three times as often. */
  readonly ttlSeconds?: number;
}

interface Held {
  readonly fence: number;
  revision: number;
}

const record = (holder: string, fence: number): Uint8Array => Buffer.from(JSON.stringify({ holder, fence }));

function readRecord(entry: KvEntry): { holder: string; fence: number } {
  const value = parseRecord(entry.value, 'a lease');
  return { holder: textAt(value, 'holder'), fence: numberAt(value, 'fence') };
}

/** Takes the lease when it is free (the broker drops one that is not renewed) or our own; undefined while somebody else has it. */
async function take(kv: Kv, options: LeaseOptions, ttl: number): Promise<Held | undefined> {
  const found = await kv.get(options.name);
  if (found !== undefined && readRecord(found).holder !== options.holder) return undefined;
  const first = await kv.put(options.name, record(options.holder, 0), found?.revision ?? 0, ttl);
  // The revision it was taken at only ever grows: nobody who held it before has a higher one.
  return first === undefined ? undefined : { fence: first, revision: first };
}

class HeldLease implements Lease {
  readonly fence: number;
  readonly #kv: Kv;
  readonly #options: LeaseOptions;
  readonly #ttl: number;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #revision: number;
  #sureUntil: number;
  #renewing = false;

  constructor(kv: Kv, options: LeaseOptions, ttl: number, held: Held, since: number) {
    this.#kv = kv;
    this.#options = options;
    this.#ttl = ttl;
    this.fence = held.fence;
    this.#revision = held.revision;
    this.#sureUntil = this.#until(since);
    this.#timer = setInterval(() => void this.#renew(), (ttl * 1000) / 3);
    this.#timer.unref();
  }

  get held(): boolean {
    if (performance.now() >= this.#sureUntil) this.#lose();
    return !this.#abort.signal.aborted;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  async release(): Promise<void> {
    const wasHeld = this.held;
    this.#lose();
    if (wasHeld) await this.#kv.delete(this.#options.name);
  }

  /** By our own clock, from before we asked: the broker's count began later, so it drops the lease after we gave it up. */
  #until(asked: number): number {
    return asked + this.#ttl * 1000;
  }

  #lose(): void {
    clearInterval(this.#timer);
    this.#abort.abort();
  }

  async #renew(): Promise<void> {
    if (!this.held || this.#renewing) return;
    this.#renewing = true;
    const asked = performance.now();
    try {
      const revision = await this.#kv.put(this.#options.name, record(this.#options.holder, this.fence), this.#revision, this.#ttl);
      if (revision === undefined) this.#lose();
      else {
        this.#revision = revision;
        this.#sureUntil = this.#until(asked);
      }
    } catch (error) {
      // The broker may only be away for a moment; the lease ends by itself when it stays away. A renewal that was stored
      // unacknowledged makes the next one fail, which gives the lease up too early and never too late.
      if (!(error instanceof MessagingError) || !error.retryable) this.#lose();
    } finally {
      this.#renewing = false;
    }
  }
}

/** Opens a lease of `kanade_leases`: one holder at a time, told apart by a fence that grows with each. */
export function openLeaseKeeper(core: CoreConnection, options: LeaseOptions): LeaseKeeper {
  const kv = openKv(wireOf(core), buckets.leases);
  const ttl = options.ttlSeconds ?? 15;
  return {
    holder: async () => {
      const found = await kv.get(options.name);
      return found === undefined ? undefined : readRecord(found).holder;
    },
    acquire: async (signal) => {
      for (;;) {
        signal.throwIfAborted();
        const asked = performance.now();
        try {
          const held = await take(kv, options, ttl);
          if (held !== undefined) return new HeldLease(kv, options, ttl, held, asked);
        } catch (error) {
          if (!(error instanceof MessagingError) || !error.retryable) throw error;
        }
        await pause(Math.min(1000, ttl * 200), signal);
      }
    },
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
