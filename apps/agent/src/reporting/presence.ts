import { presenceIntervalMs } from '@kanade/contracts';
import type { PresenceBeat } from '@kanade/messages';
import { timeText } from '../clock/clock.ts';
import type { Clock, Timer } from '../clock/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { agentVersion } from '../version.ts';

/** A burst of runs that begin and end is told in one beat. */
const debounceMs = 200;
const mostRuns = 1000;

interface Options {
  readonly ledger: Pick<Ledger, 'active'>;
  readonly clock: Clock;
  /** Why this endpoint's facts wait, when another machine speaks in its name. */
  readonly conflict: () => string | undefined;
  readonly publish: (body: Uint8Array) => void;
}

/** Says every 15 seconds, on every connect and whenever the active runs changed that this endpoint is here, and what it is doing. */
export class Presence {
  readonly #options: Options;
  #timer: Timer | undefined;
  #debounce: Timer | undefined;
  #connected = false;

  constructor(options: Options) {
    this.#options = options;
  }

  connected(): void {
    this.#connected = true;
    this.#beat();
  }

  disconnected(): void {
    this.#connected = false;
    this.stop();
  }

  changed(): void {
    if (!this.#connected) return;
    this.#debounce ??= this.#options.clock.after(debounceMs, () => this.#beat());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#debounce?.cancel();
    this.#debounce = undefined;
  }

  #beat(): void {
    this.stop();
    const { ledger, clock, publish } = this.#options;
    const conflict = this.#options.conflict()?.slice(0, 300);
    const beat: PresenceBeat = { at: timeText(clock.now()), agentVersion, activeRuns: ledger.active(mostRuns), ...(conflict === undefined ? {} : { conflict }) };
    publish(Buffer.from(JSON.stringify(beat)));
    this.#timer = clock.after(presenceIntervalMs, () => this.#beat());
  }
}
