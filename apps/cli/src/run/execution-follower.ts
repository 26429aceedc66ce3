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

interface FollowedStream {
  readonly assembler: OutputAssembler;
  filling: boolean;
  /** No gap is looked for in the store again before. */
  nextFillAt: number;
}

interface FollowedRun {
  view: RunView;
  readonly streams: Readonly<Record<OutputStream, FollowedStream>>;
  ended: boolean;
}

// Types alone come from the contracts here: their schemas would cost every start a tenth of a second.
const outputStreams: readonly OutputStream[] = ['stdout', 'stderr'];
const waiting: readonly RunState[] = ['queued', 'accepted', 'started'];
/** How many outputs are fetched at a time. */
const fetchWidth = 8;
/** How long to leave a gap alone that was not stored yet; live output that shows it comes by the dozen a second. */
const fillPauseMs = 500;

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

  /** Takes a live message; a gap before it, or the end of a run, makes it fetch, and the promise resolves when that is done. */
  async receive(message: LiveMessage): Promise<void> {
    if (message.type === 'output') {
      const run = this.#runs.get(message.runId);
      run?.streams[message.stream].assembler.add(message.offset, Buffer.from(message.data, 'base64'));
      return run && this.#fillGap(run, message.stream);
    }
    if (message.type !== 'run') return;
    const followed = this.#runs.get(message.runId);
    if (!followed || !waiting.includes(message.state)) return this.refresh();
    this.#update(followed, { ...followed.view, state: message.state });
  }

  /** Fetches the state of all runs and the stored output that is missing. Calls meanwhile lead to one more round. */
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
      await this.#fetch([...this.#runs.values()].filter((run) => !run.ended && (hasEnded(run) || outputStreams.some((stream) => lacksStored(run, stream)))));
    }
  }

  #follow(view: RunView): FollowedRun {
    const known = this.#runs.get(view.runId);
    if (known) return known;
    const follow = (stream: OutputStream): FollowedStream => ({
      assembler: new OutputAssembler((bytes) => this.#listener.output(run.view, stream, bytes)),
      filling: false,
      nextFillAt: 0,
    });
    const run: FollowedRun = { view, streams: { stdout: follow('stdout'), stderr: follow('stderr') }, ended: false };
    this.#runs.set(view.runId, run);
    return run;
  }

  #update(run: FollowedRun, view: RunView): void {
    const changed = run.view.state !== view.state;
    run.view = view;
    if (changed && waiting.includes(view.state)) this.#listener.progress(view);
  }

  /** Fetches what is stored of each run, and tells the end of those that have ended. */
  async #fetch(runs: readonly FollowedRun[]): Promise<void> {
    const queue = [...runs];
    const worker = async () => {
      for (let run = queue.shift(); run; run = queue.shift()) {
        const isEnd = hasEnded(run);
        for (const stream of outputStreams) await this.#fetchWhile(run, stream, lacksStored);
        if (!isEnd) continue;
        run.ended = true;
        this.#listener.ended(run.view);
      }
    };
    await Promise.all(Array.from({ length: Math.min(fetchWidth, queue.length) }, worker));
  }

  /** Live output is thinned, and lost while the connection is away: what is missing before it is fetched as soon as it is stored. */
  async #fillGap(run: FollowedRun, stream: OutputStream): Promise<void> {
    const followed = run.streams[stream];
    if (followed.filling || performance.now() < followed.nextFillAt) return;
    followed.filling = true;
    try {
      await this.#fetchWhile(run, stream, () => followed.assembler.hasGap);
    } finally {
      followed.filling = false;
      followed.nextFillAt = performance.now() + (followed.assembler.hasGap ? fillPauseMs : 0);
    }
  }

  async #fetchWhile(run: FollowedRun, stream: OutputStream, isWanted: (run: FollowedRun, stream: OutputStream) => boolean): Promise<void> {
    const { assembler } = run.streams[stream];
    while (isWanted(run, stream)) {
      // Live output may come while it is fetched, so the bytes belong where they were asked for, not where the stream is then.
      const offset = assembler.position;
      const bytes = await this.#source.output(run.view.runId, stream, offset);
      if (bytes.length === 0) return;
      assembler.add(offset, bytes);
    }
  }
}

function hasEnded(run: FollowedRun): boolean {
  return !waiting.includes(run.view.state);
}

/** Whether more is stored of a stream than has come out. */
function lacksStored(run: FollowedRun, stream: OutputStream): boolean {
  return run.streams[stream].assembler.position < (stream === 'stdout' ? run.view.stdoutBytes : run.view.stderrBytes);
}
