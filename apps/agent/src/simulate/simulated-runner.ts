import type { RunReason, Shell } from '@kanade/messages';
import type { Clock, Timer } from '../clock/clock.ts';
import { reasons } from '../runner/reasons.ts';
import type { OutputSink, RunHandle, RunOutcome, ScriptRun, ScriptRunner } from '../runner/runner.ts';
import { stepsOf } from './simulated-script.ts';
import type { Step } from './simulated-script.ts';

/** Plays scripts instead of running them; output comes over time and `exit N` counts, so that all around it is real. */
export function createSimulatedRunner(hostname: string, shells: readonly Shell[], clock: Clock): ScriptRunner {
  return {
    start: (run, sink) => (shells.includes(run.execute.shell) ? new Play(run, sink, hostname, clock) : skip(run, clock)),
    sweep: () => Promise.resolve(),
    shells: () => [...shells],
  };
}

function skip(run: ScriptRun, clock: Clock): RunHandle {
  const reason = reasons.shell(run.execute.shell);
  const finishedAt = new Date(clock.now());
  return {
    started: new Promise(() => undefined),
    outcome: Promise.resolve({ state: 'skipped', exitCode: null, signal: null, reason, startedAt: null, finishedAt, durationMs: null }),
    cancel: () => undefined,
  };
}

class Play implements RunHandle {
  readonly started = Promise.resolve();
  readonly outcome: Promise<RunOutcome>;
  readonly #sink: OutputSink;
  readonly #clock: Clock;
  readonly #steps: Step[];
  readonly #startedAt: Date;
  readonly #startedSteady: number;
  readonly #limit: Timer;
  #next: Timer | undefined;
  #settle: (outcome: RunOutcome) => void = () => undefined;

  constructor(run: ScriptRun, sink: OutputSink, hostname: string, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
    this.#steps = stepsOf(run.content.script, hostname);
    this.#startedAt = new Date(clock.now());
    this.#startedSteady = clock.monotonic();
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#limit = clock.after(run.execute.timeoutMs, () => this.#end('timed-out', null, reasons.timeout(run.execute)));
    this.#step();
  }

  cancel(): void {
    this.#end('cancelled', null, reasons.cancelled());
  }

  #step(): void {
    const step = this.#steps.shift();
    if (step) this.#next = this.#clock.after(step.afterMs, () => void this.#take(step));
    else this.#end('succeeded', 0, null);
  }

  async #take(step: Step): Promise<void> {
    if (step.kind === 'exit') {
      this.#end(step.code === 0 ? 'succeeded' : 'failed', step.code, null);
      return;
    }
    if (step.kind === 'print') await this.#sink.write(step.stream, Buffer.from(`${step.text}\n`));
    this.#step();
  }

  #end(state: RunOutcome['state'], exitCode: number | null, reason: RunReason | null): void {
    this.#limit.cancel();
    this.#next?.cancel();
    this.#steps.length = 0;
    this.#settle({
      state,
      exitCode,
      signal: exitCode === null ? 'SIGKILL' : null,
      reason,
      startedAt: this.#startedAt,
      finishedAt: new Date(this.#clock.now()),
      durationMs: this.#clock.monotonic() - this.#startedSteady,
    });
  }
}
