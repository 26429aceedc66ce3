import { timeText } from '../clock/clock.ts';
import type { Clock, Timer } from '../clock/clock.ts';
import type { BackendTime } from '../connection/backend-time.ts';
import type { Ledger, LedgerRun } from '../ledger/ledger.ts';
import type { Log } from '../log.ts';
import type { EventOutbox } from '../outbox/event-outbox.ts';
import { roomRetryMs } from '../store/durably.ts';
import { isDiskFull } from '../store/store.ts';
import type { Store } from '../store/store.ts';
import { endedUnstarted, reasons, runFinished } from './run-facts.ts';

/** A run under way. */
export interface RunningRun {
  /** Resolves when the process runs or never will. */
  readonly begun: Promise<void>;
  /** Resolves when the end is on the disk; never rejects. */
  readonly ended: Promise<void>;
  cancel(): void;
  /** The agent stops: the run ends as interrupted. */
  interrupt(): void;
}

interface Options {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly events: EventOutbox;
  readonly clock: Clock;
  readonly log: Log;
  readonly backendTime: Pick<BackendTime, 'now' | 'known'>;
  readonly execute: (run: LedgerRun) => RunningRun;
  /** How many runs go at once; more than one, so that a hung job does not stop the queue. */
  readonly concurrency: number;
}

/** A queue that was never said to be drained starts after this all the same: the broker may be gone. */
const longestHoldMs = 10_000;
/**
 * The next run starts when the one before ended or has run this long. Commands queued one after the other
 * mostly build on each other, so the short ones go one by one; a long one holds the rest up no further.
 */
const headStartMs = 1_000;
/** A run that has not begun by then (its directory does not answer, or the disk is full) fills its own place and holds up nobody else. */
const longestStartMs = 10_000;

/** Starts accepted runs, strictly in the order of their commands, a few at a time. */
export class RunQueue {
  readonly #options: Options;
  readonly #running = new Map<string, RunningRun>();
  #holding: Timer | undefined;
  #headStart: Timer | undefined;
  #untilRoom: Timer | undefined;
  #opened = false;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Nothing starts until `release`, or until so long that it is not coming. */
  hold(): void {
    this.#holding?.cancel();
    this.#holding = this.#options.clock.after(longestHoldMs, () => this.release());
  }

  release(): void {
    this.#holding?.cancel();
    this.#holding = undefined;
    this.#opened = true;
    this.pump();
  }

  stopRun(runId: string): void {
    this.#running.get(runId)?.cancel();
  }

  /** Starts what may start now; what a full disk prevents is tried again. */
  pump(): void {
    try {
      this.#pump();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#options.log.error('the disk is full: runs that wait go on waiting');
      this.#untilRoom?.cancel();
      this.#untilRoom = this.#options.clock.after(roomRetryMs, () => this.pump());
    }
  }

  #pump(): void {
    const { ledger, backendTime } = this.#options;
    while (this.#mayStart()) {
      const run = ledger.nextWaiting();
      if (!run) return;
      const over = run.expiresAt <= backendTime.now();
      // Whether its time is over is for the backend's clock to say; it is looked at again when that was told.
      if (over && !backendTime.known) return;
      if (over) this.#expire(run);
      else this.#start(run);
    }
  }

  /** Ends what runs and waits for the ends to be on the disk, at most `withinMs`. */
  async stop(withinMs: number): Promise<void> {
    this.#stopped = true;
    this.#holding?.cancel();
    this.#headStart?.cancel();
    this.#untilRoom?.cancel();
    const running = [...this.#running.values()];
    if (running.length === 0) return;
    for (const run of running) run.interrupt();
    let timer: Timer | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = this.#options.clock.after(withinMs, resolve);
    });
    await Promise.race([Promise.all(running.map(({ ended }) => ended)), deadline]);
    timer?.cancel();
  }

  #mayStart(): boolean {
    return this.#opened && !this.#stopped && !this.#holding && !this.#headStart && this.#running.size < this.#options.concurrency;
  }

  #start(run: LedgerRun): void {
    const { clock, execute, log } = this.#options;
    log.info({ runId: run.runId, executionId: run.executionId }, 'starting a run');
    const running = execute(run);
    this.#running.set(run.runId, running);
    // Held until the process runs (or the run ended without one), then for the head start.
    const proceed = () => {
      headStart.cancel();
      if (this.#headStart === headStart) this.#headStart = undefined;
      this.pump();
    };
    let headStart = clock.after(longestStartMs, proceed);
    this.#headStart = headStart;
    void running.begun.then(() => {
      if (this.#headStart !== headStart) return;
      headStart.cancel();
      headStart = clock.after(headStartMs, proceed);
      this.#headStart = headStart;
    });
    void running.ended.then(() => {
      this.#running.delete(run.runId);
      proceed();
    });
  }

  #expire(run: LedgerRun): void {
    const { store, ledger, events, clock } = this.#options;
    store.transaction(() => {
      ledger.move(run, 'refused', clock.now());
      events.append(runFinished(run, endedUnstarted('refused', reasons.expired, timeText(clock.now()))));
    });
  }
}
