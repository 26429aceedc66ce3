import type { Clock } from '../clock/clock.ts';
import { isDiskFull } from '../store/store.ts';
import type { Store } from '../store/store.ts';

const metaName = 'backendClockOffset';
/** Wall and steady clock apart by more than this: somebody set the clock, or the machine slept. */
const jumpMs = 10_000;

/** The backend's time as this endpoint knows it: what expires, expires by this, so that a wrong clock neither runs nor refuses anything by itself. */
export class BackendTime {
  readonly #clock: Clock;
  readonly #store: Store;
  /** Backend minus wall time, ms. */
  #offset: number;
  #wall: number;
  #steady: number;
  /** Where wall and steady clock stood when the backend last told its time to this process. */
  #toldAt: { readonly wall: number; readonly steady: number } | undefined;
  #onTold: () => void = () => undefined;

  constructor(clock: Clock, store: Store) {
    this.#clock = clock;
    this.#store = store;
    this.#offset = Number(store.meta(metaName) ?? '0') || 0;
    this.#wall = clock.now();
    this.#steady = clock.monotonic();
  }

  now(): number {
    return this.#clock.now() + this.#offset;
  }

  /** False while `now` is only what an earlier process, or the clock before somebody set it, makes of it: nothing may be refused for good by it. */
  get known(): boolean {
    if (!this.#toldAt) return false;
    const apart = this.#clock.now() - this.#toldAt.wall - (this.#clock.monotonic() - this.#toldAt.steady);
    return Math.abs(apart) <= jumpMs;
  }

  onTold(listener: () => void): void {
    this.#onTold = listener;
  }

  /** Takes the backend's word, given in an answer to what was asked at `askedAt` (steady clock, ms). */
  set(backendTime: number, askedAt: number): void {
    const travelled = (this.#clock.monotonic() - askedAt) / 2;
    this.#offset = Math.round(backendTime + travelled - this.#clock.now());
    this.#remember();
    this.#toldAt = { wall: this.#wall, steady: this.#steady };
    this.#keep();
    this.#onTold();
  }

  /** True, once per jump, when the wall clock went another way than the steady one: the backend's time must be asked for again. */
  jumped(): boolean {
    const apart = this.#clock.now() - this.#wall - (this.#clock.monotonic() - this.#steady);
    this.#remember();
    // A clock that was set shifts what the offset was measured against; a sleep does not, but cannot be told from it.
    return Math.abs(apart) > jumpMs;
  }

  /** For the next start; on a full disk this process still goes by what it was told. */
  #keep(): void {
    try {
      this.#store.setMeta(metaName, String(this.#offset));
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
  }

  #remember(): void {
    this.#wall = this.#clock.now();
    this.#steady = this.#clock.monotonic();
  }
}
