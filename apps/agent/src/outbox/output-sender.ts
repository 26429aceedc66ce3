import { headers } from '@kanade/contracts';
import type { AgentConnection } from '@kanade/messaging';
import type { Clock } from '../clock/clock.ts';
import type { Log } from '../log.ts';
import { BackOff } from './back-off.ts';
import type { OutputOutbox, StoredChunk } from './output-outbox.ts';
import { WakeUp } from './wake-up.ts';

/** Each chunk is 128 KiB: enough in flight to fill the line, little enough in memory. */
const inFlight = 4;

interface Options {
  readonly output: OutputOutbox;
  readonly transport: Pick<AgentConnection, 'publishOutput'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when a chunk was stored: an event may have waited for it. */
  readonly onStored: () => void;
}

/** Brings sealed output chunks into KANADE_OUTPUT, oldest first, each until it is there. */
export class OutputSender {
  readonly #options: Options;
  readonly #wake = new WakeUp();
  readonly #backOff: BackOff;
  #connected = false;
  #stopped = false;
  #loop: Promise<void> | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#backOff = new BackOff(options.clock);
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  wake(): void {
    this.#wake.wake();
  }

  connected(): void {
    this.#connected = true;
    this.#backOff.reset();
    this.#wake.wake();
  }

  disconnected(): void {
    this.#connected = false;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#backOff.reset();
    this.#wake.wake();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const chunks = this.#connected ? this.#options.output.pending(inFlight) : [];
      if (chunks.length === 0) {
        await this.#wake.wait();
        continue;
      }
      const results = await Promise.allSettled(chunks.map((chunk) => this.#send(chunk)));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) await this.#afterFailure(failed.reason);
      else this.#backOff.succeeded();
    }
  }

  async #send(chunk: StoredChunk): Promise<void> {
    await this.#options.transport.publishOutput({
      runId: chunk.runId,
      stream: chunk.stream,
      chunk: chunk.n,
      headers: { [headers.offset]: String(chunk.position), [headers.salt]: chunk.salt },
      body: chunk.bytes,
    });
    this.#options.output.acknowledge(chunk);
    this.#options.onStored();
  }

  async #afterFailure(error: unknown): Promise<void> {
    const level = this.#backOff.failures > 3 ? 'warn' : 'debug';
    this.#options.log[level]({ err: error }, 'output could not be sent; it waits in the outbox');
    await this.#backOff.wait();
  }
}
