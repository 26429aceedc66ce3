import type { LiveMessage, OutputStream, RunState, RunView } from '@kanade/contracts';
import { OutputAssembler } from './output-assembler.ts';

/** Where a follower fetches what the live connection did not tell. */
export interface ExecutionSource {
  /** Every run of the execution, with its state and how many bytes of output it has. */
  runs(): Promise<readonly RunView[]>;
  /** Stored bytes of one stream from `offset`; empty when there are no more. */
  output(runId: string, stream: OutputStream, offset: number): Promise<Uint8Array>;
}

/** What a follower tells: each run's steps, its output in order, its end once, after its output. */
export interface FollowListener {
  progress(run: RunView): void;
  output(run: RunView, stream: OutputStream, bytes: Uint8Array): void;
  ended(run: RunView): void;
}

interface FollowedRun {
  view: RunView;
  readonly assemblers: Readonly<Record<OutputStream, OutputAssembler>>;
  ended: boolean;
}

// Types alone come from the contracts here: their schemas would cost every start a tenth of a second.
const outputStreams: readonly OutputStream[] = ['stdout', 'stderr'];
const waiting: readonly RunState[] = ['queued', 'accepted', 'started'];
/** How many outputs are fetched at a time. */
const fetchWidth = 8;

/** Follows one execution to the end of its last run; `refresh` may be called at any time and as often as one likes. */
export class ExecutionFollower {
  readonly #source: ExecutionSource;
  readonly #listener: FollowListener;
  readonly #runs = new Map<string, FollowedRun>();
  #refreshing: Promise<void> | undefined;
  #again = false;

  constructor(source: ExecutionSource, listener: FollowListener) {
    this.#source = source;
    this.#listener = listener;
  }

  /** True once every run has ended and its output is out; false while nothing is known yet. */
  get done(): boolean {
    return this.#runs.size > 0 && [...this.#runs.values()].every((run) => run.ended);
  }

  /** The runs as last seen. */
  get runs(): readonly RunView[] {
    return [...this.#runs.values()].map((run) => run.view);
  }

  /** Takes a live message; a run that has ended makes it fetch, and the promise resolves when that is done. */
  async receive(message: LiveMessage): Promise<void> {
    if (message.type === 'output') {
      this.#runs.get(message.runId)?.assemblers[message.stream].add(message.offset, Buffer.from(message.data, 'base64'));
      return;
    }
    if (message.type !== 'run') return;
    const followed = this.#runs.get(message.runId);
    if (!followed || !waiting.includes(message.state)) return this.refresh();
    this.#update(followed, { ...followed.view, state: message.state });
  }

  /** Fetches the state of all runs and the output missing of those that ended. Calls meanwhile lead to one more round. */
  refresh(): Promise<void> {
    this.#again = true;
    this.#refreshing ??= this.#refreshUntilQuiet().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #refreshUntilQuiet(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const views = await this.#source.runs();
      for (const view of views) this.#update(this.#follow(view), view);
      await this.#finish([...this.#runs.values()].filter((run) => !run.ended && !waiting.includes(run.view.state)));
    }
  }

  #follow(view: RunView): FollowedRun {
    const known = this.#runs.get(view.runId);
    if (known) return known;
    const assembler = (stream: OutputStream) => new OutputAssembler((bytes) => this.#listener.output(run.view, stream, bytes));
    const run: FollowedRun = { view, assemblers: { stdout: assembler('stdout'), stderr: assembler('stderr') }, ended: false };
    this.#runs.set(view.runId, run);
    return run;
  }

  #update(run: FollowedRun, view: RunView): void {
    const changed = run.view.state !== view.state;
    run.view = view;
    if (changed && waiting.includes(view.state)) this.#listener.progress(view);
  }

  async #finish(ended: readonly FollowedRun[]): Promise<void> {
    const queue = [...ended];
    const worker = async () => {
      for (let run = queue.shift(); run; run = queue.shift()) {
        for (const stream of outputStreams) await this.#fetchRest(run, stream);
        run.ended = true;
        this.#listener.ended(run.view);
      }
    };
    await Promise.all(Array.from({ length: Math.min(fetchWidth, queue.length) }, worker));
  }

  async #fetchRest(run: FollowedRun, stream: OutputStream): Promise<void> {
    const total = stream === 'stdout' ? run.view.stdoutBytes : run.view.stderrBytes;
    const assembler = run.assemblers[stream];
    while (assembler.position < total) {
      const bytes = await this.#source.output(run.view.runId, stream, assembler.position);
      if (bytes.length === 0) return;
      assembler.add(assembler.position, bytes);
    }
  }
}
