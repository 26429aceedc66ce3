import { outputStreams } from '@kanade/contracts';
import type { OutputStream } from '@kanade/contracts';
import type { OutputSummary } from '@kanade/messages';
import type { AgentConnection } from '@kanade/messaging';
import type { Clock, Timer } from '../clock/clock.ts';
import type { Log } from '../log.ts';
import type { OutputOutbox } from '../outbox/output-outbox.ts';
import type { OutputSink } from '../runner/runner.ts';
import { isDiskFull } from '../store/store.ts';
import { LiveOutput } from './live-output.ts';
import { StreamRecorder } from './stream-recorder.ts';

/** How much of what a script printed a crash of the agent may lose. */
const saveEveryMs = 2_000;
/** A slow run's unfinished chunk is sealed, and so sent, after 1, 2, 4 … of these pauses: late viewers see its beginning, long runs make few chunks. */
const mostSavesPerSeal = 32;

interface Options {
  readonly runId: string;
  readonly outbox: OutputOutbox;
  readonly publishLive: AgentConnection['publishLive'];
  readonly clock: Clock;
  readonly log: Log;
  readonly mostBytesPerStream: number;
  /** False when the disk is so full that what is left belongs to facts. */
  readonly hasRoom: () => Promise<boolean>;
}

interface Channel {
  readonly recorder: StreamRecorder;
  readonly live: LiveOutput;
}

export type RecordedOutput = Record<OutputStream, OutputSummary>;

/** Takes what one run prints: to the disk in chunks, and to whoever watches. */
export class RunRecorder implements OutputSink {
  readonly #options: Options;
  readonly #channels: Readonly<Record<OutputStream, Channel>>;
  #timer: Timer | undefined;
  #saves = 0;
  #savesPerSeal = 1;
  #finished = false;

  constructor(options: Options) {
    this.#options = options;
    const { runId, outbox, mostBytesPerStream: mostBytes, clock, publishLive } = options;
    const channel = (stream: OutputStream): Channel => ({
      recorder: new StreamRecorder({ runId, stream, outbox, mostBytes }),
      live: new LiveOutput(clock, publishLive, runId, stream),
    });
    this.#channels = { stdout: channel('stdout'), stderr: channel('stderr') };
  }

  get truncated(): boolean {
    return outputStreams.some((stream) => this.#channels[stream].recorder.truncated);
  }

  write(stream: OutputStream, bytes: Uint8Array): void | Promise<void> {
    if (this.#finished || bytes.length === 0) return;
    const { recorder, live } = this.#channels[stream];
    live.write(recorder.position, bytes);
    const sealed = this.#onDisk(recorder, () => recorder.write(bytes)) ?? false;
    this.#timer ??= this.#options.clock.after(saveEveryMs, () => this.#save());
    if (sealed) return this.#afterChunk();
  }

  async #afterChunk(): Promise<void> {
    // The disk write blocks this thread; a script that never stops printing must not keep everything else out.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.truncated || (await this.#options.hasRoom())) return;
    this.#options.log.error({ runId: this.#options.runId }, 'the disk is almost full: the rest of the output is not kept');
    for (const { recorder } of Object.values(this.#channels)) recorder.discard();
  }

  /** Puts what is left on the disk and sums up both streams; nothing is taken after it. */
  finish(): RecordedOutput {
    this.#finished = true;
    this.#timer?.cancel();
    const summary = ({ recorder, live }: Channel) => {
      live.flush();
      this.#onDisk(recorder, () => recorder.seal());
      return recorder.summary();
    };
    return { stdout: summary(this.#channels.stdout), stderr: summary(this.#channels.stderr) };
  }

  #save(): void {
    this.#timer = undefined;
    if (this.#finished) return;
    const seals = ++this.#saves >= this.#savesPerSeal;
    for (const { recorder } of Object.values(this.#channels)) this.#onDisk(recorder, () => (seals ? recorder.seal() : recorder.save()));
    if (!seals) return;
    this.#saves = 0;
    this.#savesPerSeal = Math.min(this.#savesPerSeal * 2, mostSavesPerSeal);
  }

  /** Output is what gives way on a full disk: facts still need the room. */
  #onDisk<Result>(recorder: StreamRecorder, work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#options.log.error({ runId: this.#options.runId }, 'the disk is full: the rest of the output is not kept');
      recorder.discard();
      return undefined;
    }
  }
}
