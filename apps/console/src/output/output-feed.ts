import { isWorthRetrying } from '../api/problem.ts';
import { OutputBuffer } from './output-buffer.ts';
import type { ByteRange } from './output-buffer.ts';

/** Reads stored bytes; fewer than asked for, or none, when they are not stored (yet). */
export type ReadOutput = (offset: number, limit: number, signal: AbortSignal) => Promise<{ bytes: Uint8Array; totalBytes: number }>;

const headBytes = 128 * 1024;
const tailBytes = 1024 * 1024;
const retryMs = [400, 800, 1600, 3200, 5000] as const;
/**
 * About a minute and a half without a single byte; the end of the run or a reconnect begins anew. An endpoint stores
 * what a run has printed within little more than a minute.
 */
const maxAttempts = 20;

/**
 * Fills a buffer: the beginning and the end of what is stored, then what comes live, then the holes in between as soon
 * as they are stored. Holes of more than a megabyte wait until somebody asks for them.
 */
export class OutputFeed {
  readonly buffer: OutputBuffer;
  readonly #read: ReadOutput;
  #abort = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #begun = false;
  #busy = false;
  #again = false;
  #attempt = 0;
  #goesOn = false;
  #failure: unknown;

  constructor(read: ReadOutput, buffer = new OutputBuffer()) {
    this.#read = read;
    this.buffer = buffer;
  }

  /** Why the last read failed, if it did. */
  get failure(): unknown {
    return this.#failure;
  }

  /** True once there is a first answer, be it a refusal. */
  get begun(): boolean {
    return this.#begun;
  }

  /** True while bytes are being read, or are about to be. */
  get isReading(): boolean {
    return this.#busy || this.#timer !== undefined;
  }

  /** Reads what is stored beyond what is known; at the start, after a reconnect, when the run ended. */
  refresh(): void {
    if (this.#abort.signal.aborted) this.#abort = new AbortController();
    this.#attempt = 0;
    this.#schedule(0);
  }

  /**
   * Whether the run is still printing. What it printed before anybody listened comes neither live nor with any other
   * sign, so it is looked for again until it must have been stored.
   */
  goesOn(goesOn: boolean): void {
    this.#goesOn = goesOn;
  }

  hear(offset: number, bytes: Uint8Array): void {
    this.buffer.insert(offset, bytes);
    // Live bytes come by the dozen a second: they neither hasten nor put off what is already planned.
    if (this.#nextHole() && this.#timer === undefined) this.#schedule(this.#pause());
  }

  expect(total: number): void {
    this.buffer.expect(total);
    if (this.#nextHole()) this.#schedule(0);
  }

  /** True for a hole that is fetched without being asked for, as soon as it is stored. */
  fills(hole: ByteRange): boolean {
    return hole.from >= this.buffer.forgotten && hole.to - hole.from <= tailBytes;
  }

  /** Fetches a megabyte at the end of a hole, nearest to what follows it. */
  async load(hole: ByteRange): Promise<void> {
    const from = Math.max(hole.from, hole.to - tailBytes);
    this.buffer.makeRoom(hole.to - from);
    await this.#fetch({ from, to: hole.to });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#abort.abort();
  }

  #schedule(delay: number): void {
    if (this.#busy) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#run();
    }, delay);
  }

  async #run(): Promise<void> {
    const { signal } = this.#abort;
    this.#busy = true;
    this.#again = false;
    const outcome = await this.#fillHoles().catch((error: unknown) => ({ error }));
    this.#busy = false;
    if (signal.aborted) {
      if (this.#isAskedAgain()) this.#schedule(0);
      return;
    }
    const failed = typeof outcome !== 'boolean';
    this.#failure = failed ? outcome.error : undefined;
    this.#begun ||= failed;
    this.#attempt = outcome === true ? 0 : this.#attempt + 1;
    const wanted = failed ? isWorthRetrying(outcome.error) : this.#isAskedAgain() || this.#goesOn || this.#nextHole() !== undefined;
    if (wanted && this.#attempt < maxAttempts) this.#schedule(this.#pause());
    this.buffer.touch();
  }

  /** How long to wait after so many rounds without a byte. */
  #pause(): number {
    return retryMs[Math.min(this.#attempt, retryMs.length - 1)] ?? 0;
  }

  /** Whether somebody asked for another round while this one ran. */
  #isAskedAgain(): boolean {
    return this.#again;
  }

  /** True when any byte came. */
  async #fillHoles(): Promise<boolean> {
    const { signal } = this.#abort;
    const from = this.#begun ? this.buffer.total : 0;
    let got = await this.#fetch({ from, to: from + (this.#begun ? tailBytes : headBytes) });
    for (let hole = this.#nextHole(); hole && !signal.aborted; hole = this.#nextHole()) {
      if (!(await this.#fetch(hole))) break;
      got = true;
    }
    return got;
  }

  async #fetch(range: ByteRange): Promise<boolean> {
    const { signal } = this.#abort;
    const { bytes, totalBytes } = await this.#read(range.from, range.to - range.from, signal);
    if (signal.aborted) return false;
    this.#begun = true;
    this.buffer.insert(range.from, bytes);
    this.buffer.expect(totalBytes);
    return bytes.byteLength > 0;
  }

  /** A hole at the end is read from its end; one between is read whole if it is small. */
  #nextHole(): ByteRange | undefined {
    const holes = this.buffer.missing();
    const last = holes.at(-1);
    if (last?.to === this.buffer.total) return { from: Math.max(last.from, last.to - tailBytes), to: last.to };
    return holes.find((hole) => this.fills(hole));
  }
}
