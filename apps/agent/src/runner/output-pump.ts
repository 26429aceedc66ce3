import type { Readable } from 'node:stream';
import type { OutputStream } from '@kanade/contracts';
import type { Clock } from '../clock/clock.ts';
import type { OutputSink } from './runner.ts';

/** A stream nobody writes to any more, but which someone outside the tree still holds open, is given up after this. */
const silenceMs = 2000;

/** Carries one stream of a script into the sink, no faster than the sink takes it. */
export class OutputPump {
  /** Resolves at the stream's end; rejects when the sink failed. */
  readonly done: Promise<void>;
  readonly #source: Readable;
  readonly #clock: Clock;
  #writing = false;
  #lastBytesAt: number;
  #givenUp = false;

  constructor(source: Readable, stream: OutputStream, sink: OutputSink, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
    this.#lastBytesAt = clock.monotonic();
    this.done = this.#run(stream, sink);
    // Whoever awaits `done` gets the failure; until then it must not count as unhandled.
    this.done.catch(() => undefined);
  }

  /** The script and all it started are gone: what is in the pipe is still read, what never ends is not waited for. */
  finish(): void {
    const silence = this.#clock.monotonic() - this.#lastBytesAt;
    if (!this.#writing && silence >= silenceMs) {
      this.#givenUp = true;
      this.#source.destroy();
      return;
    }
    const timer = this.#clock.after(silenceMs, () => this.finish());
    void this.done.catch(() => undefined).then(() => timer.cancel());
  }

  async #run(stream: OutputStream, sink: OutputSink): Promise<void> {
    try {
      for await (const chunk of this.#source) {
        if (!(chunk instanceof Uint8Array)) continue;
        this.#writing = true;
        await sink.write(stream, chunk);
        this.#writing = false;
        this.#lastBytesAt = this.#clock.monotonic();
      }
    } catch (error) {
      if (!this.#givenUp) throw error;
    }
  }
}
