import { sampleIntervalMs } from '@kanade/contracts';
import type { PerformanceSample } from '@kanade/messages';
import type { Clock, Timer } from '../clock/clock.ts';
import type { Log } from '../log.ts';

interface Options {
  readonly sampler: { sample(): Promise<PerformanceSample> };
  readonly clock: Clock;
  readonly log: Log;
  readonly publish: (body: Uint8Array) => void;
}

/** Sends a performance sample every 15 seconds while there is somebody to send it to; samples are not kept for later. */
export class Samples {
  readonly #options: Options;
  #timer: Timer | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  connected(): void {
    this.#next(Math.random() * sampleIntervalMs);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #next(delay: number): void {
    this.#timer?.cancel();
    const timer = this.#options.clock.after(delay, () => void this.#send(() => this.#timer === timer));
    this.#timer = timer;
  }

  async #send(isWanted: () => boolean): Promise<void> {
    const { sampler, publish, log } = this.#options;
    try {
      const sample = await sampler.sample();
      if (isWanted()) publish(Buffer.from(JSON.stringify(sample)));
    } catch (error) {
      log.warn({ err: error }, 'performance could not be measured');
    }
    if (isWanted()) this.#next(sampleIntervalMs);
  }
}
