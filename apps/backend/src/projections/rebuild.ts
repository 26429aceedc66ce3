import type { ReadModelFile } from '@kanade/read-models';
import type { FoldMessage, WorkerSettings } from './fold-messages.ts';
import { FoldRunner } from './fold-runner.ts';
import type { Place } from './fold-runner.ts';
import { Pace } from './pace.ts';

/** How far a rebuild is. */
export interface RebuildProgress {
  /** Which read model of this directory it makes. */
  readonly number: number;
  readonly startedAt: string;
  readonly eventsDone: number;
  /** How many there are so far. */
  readonly eventsTotal: number;
  readonly eventsPerSecond: number;
  /** Null while the pace is not known. */
  readonly secondsLeft: number | null;
}

/** Whoever serves while another read model is built. */
export interface RebuildOwner {
  /** Where the one that serves is. */
  readonly place: Place | undefined;
  /** Ends the fold that serves; what it has folded is answered from on. */
  finishServing(): Promise<void>;
  /** Folds on, for the other one is not ready after all. */
  resumeServing(): void;
  /** The other one is where this one is: it serves from here on. */
  swap(runner: FoldRunner): void;
  warn(text: string): void;
}

/**
 * Builds a read model beside the one that serves. It never goes further than that one, and tells of nothing it folds; when it has come as far,
 * the one that serves ends, the rest is folded, and the two, being at the same place, change places.
 */
export class Rebuild {
  readonly runner: FoldRunner;
  private readonly owner: RebuildOwner;
  private readonly startedAt = new Date();
  private readonly pace = new Pace();
  private limits = 0;
  /** The number of the limit that is the last, once the one that serves folds no more. */
  private last: number | undefined;
  /** The one that serves ends, or has ended. */
  private finishing: object | undefined;
  private stopped = false;

  constructor(settings: WorkerSettings, file: ReadModelFile, owner: RebuildOwner) {
    this.owner = owner;
    this.runner = new FoldRunner({ settings, file, serves: false }, {
      onMessage: (_, message) => this.receive(message),
      onCrash: (_, reason, restartMs) => this.crashed(reason, restartMs),
    });
  }

  start(): void {
    this.runner.start();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.runner.stop();
  }

  /** To be called whenever the one that serves has moved. */
  limit(): void {
    const { place } = this.owner;
    if (place === undefined) return;
    this.limits += 1;
    this.runner.limitTo({ number: this.limits, folded: place.folded, covered: place.covered });
  }

  progress(now = Date.now()): RebuildProgress {
    const eventsDone = this.runner.place?.sequence ?? 0;
    const eventsTotal = Math.max(eventsDone, this.owner.place?.sequence ?? 0);
    const eventsPerSecond = this.pace.perSecond(now);
    const secondsLeft = eventsPerSecond > 0 ? Math.ceil((eventsTotal - eventsDone) / eventsPerSecond) : null;
    return { number: this.runner.file.number, startedAt: this.startedAt.toISOString(), eventsDone, eventsTotal, eventsPerSecond: Math.round(eventsPerSecond), secondsLeft };
  }

  private receive(message: FoldMessage): void {
    // What was told before the swap counts no more once it serves.
    if (this.stopped) return;
    switch (message.type) {
      case 'opened':
        this.limit();
        if (this.last !== undefined) this.last = this.limits;
        return;
      case 'committed':
        this.pace.reached(message.notice.sequence, Date.now());
        return;
      case 'reached':
        this.reached(message.number);
        return;
      case 'mismatch':
      case 'damaged':
      case 'lost':
      case 'failed':
        this.owner.warn(`the rebuild: ${message.reason}`);
        return;
      case 'lag':
      case 'repaired':
      case 'closing':
        return;
      default:
        message satisfies never;
    }
  }

  private reached(number: number): void {
    if (number === this.last) {
      this.stopped = true;
      this.owner.swap(this.runner);
    } else if (number === this.limits && this.finishing === undefined) {
      void this.finish();
    }
  }

  private async finish(): Promise<void> {
    const attempt = {};
    this.finishing = attempt;
    await this.owner.finishServing();
    // It may have crashed meanwhile, or everything is coming to its end.
    if (this.finishing !== attempt || this.stopped) return;
    this.limit();
    this.last = this.limits;
  }

  private crashed(reason: string, restartMs: number): void {
    this.owner.warn(`the rebuild has stopped and goes on in ${restartMs} ms: ${reason}`);
    if (this.finishing === undefined) return;
    // Nobody shall wait for this one.
    this.finishing = undefined;
    this.last = undefined;
    this.owner.resumeServing();
  }
}
