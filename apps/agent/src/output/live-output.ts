import { headers } from '@kanade/contracts';
import type { OutputStream } from '@kanade/contracts';
import type { AgentConnection } from '@kanade/messaging';
import type { Clock, Timer } from '../clock/clock.ts';

/** At most 20 messages a second and stream: smooth for eyes, cheap for the broker. */
const intervalMs = 50;
const largestMessage = 64 * 1024;

type Publish = AgentConnection['publishLive'];

/** One stream of a run as it is watched: coalesced, and thinned rather than queued when a script prints faster than people read. */
export class LiveOutput {
  readonly #clock: Clock;
  readonly #send: (offset: number, bytes: Uint8Array) => void;
  #parts: Uint8Array[] = [];
  #size = 0;
  #offset = 0;
  #lastSent = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  constructor(clock: Clock, publish: Publish, runId: string, stream: OutputStream) {
    this.#clock = clock;
    this.#send = (offset, bytes) => publish(runId, stream, { [headers.offset]: String(offset) }, bytes);
  }

  /** Shows `bytes`, whose first lies at `offset`. A viewer sees by the offsets what was left out, and fetches it once it is stored. */
  write(offset: number, bytes: Uint8Array): void {
    if (this.#size === 0) this.#offset = offset;
    else if (this.#offset + this.#size !== offset) return;
    const room = bytes.subarray(0, largestMessage - this.#size);
    if (room.length === 0) return;
    this.#parts.push(Uint8Array.from(room));
    this.#size += room.length;
    const wait = this.#lastSent + intervalMs - this.#clock.monotonic();
    if (wait <= 0) this.flush();
    else this.#timer ??= this.#clock.after(wait, () => this.flush());
  }

  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#size === 0) return;
    this.#send(this.#offset, Buffer.concat(this.#parts));
    this.#parts = [];
    this.#size = 0;
    this.#lastSent = this.#clock.monotonic();
  }
}
