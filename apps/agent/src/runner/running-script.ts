import { join } from 'node:path';
import type { Clock, Timer } from '../clock/clock.ts';
import type { Log } from '../log.ts';
import { runIdVariable } from '../sandbox/sandbox.ts';
import type { ProcessEnd, ProcessTree } from '../sandbox/sandbox.ts';
import type { StagedScript } from '../sandbox/staging.ts';
import { secretFileName } from '../secrets/open-secrets.ts';
import { admit } from './admission.ts';
import type { Admitted, Premises, Verdict } from './admission.ts';
import { OutputPump } from './output-pump.ts';
import { reason, reasons } from './reasons.ts';
import type { OutputSink, RunOutcome, ScriptRun } from './runner.ts';

/** Between asking a script to end and ending it. */
export const graceMs = 5000;
/** A killed script that does not end by then hangs in the kernel; the run is not held up by it. */
const stuckAfterMs = 15_000;

export interface Surroundings extends Premises {
  readonly clock: Clock;
  readonly log: Log;
}

interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

/** One run from its staging to its outcome. */
export class RunningScript {
  /** Stays pending for a run that never starts. */
  readonly started: Promise<void>;
  readonly #nowStarted: () => void;
  readonly #run: ScriptRun;
  readonly #sink: OutputSink;
  readonly #around: Surroundings;
  readonly #stuck = Promise.withResolvers<ProcessEnd>();
  /** The stop that came before there was a process. */
  readonly #abandoned = Promise.withResolvers<Verdict>();
  readonly #timers: Timer[] = [];
  #tree: ProcessTree | undefined;
  #stop: Verdict | undefined;
  #startedAt: Moment | undefined;
  #endedAt: Moment | undefined;

  constructor(run: ScriptRun, sink: OutputSink, around: Surroundings) {
    this.#run = run;
    this.#sink = sink;
    this.#around = around;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.started = promise;
    this.#nowStarted = () => resolve(undefined);
  }

  cancel(): void {
    this.#end({ state: 'cancelled', reason: this.#tree ? reasons.cancelled() : reasons.cancelledBefore() });
  }

  /** Never rejects. */
  async perform(): Promise<RunOutcome> {
    try {
      return this.#outcome(await this.#admitAndRun());
    } catch (error) {
      this.#around.log.error({ err: error, runId: this.#run.runId }, 'a run could not be started');
      return this.#outcome({ state: 'failed', reason: reason('not-started', 'The agent could not start the script; its log tells why.') });
    }
  }

  async #admitAndRun(): Promise<Verdict> {
    const { execute } = this.#run;
    this.#later(execute.timeoutMs, () => this.#end({ state: 'timed-out', reason: reasons.neverStarted(execute) }));
    const admitting = admit(this.#run, this.#around);
    // A directory on a dead network mount answers never, or when nobody waits for the run any more.
    const admission = await Promise.race([admitting, this.#abandoned.promise]);
    this.#dropTimers();
    if ('state' in admission) {
      if (admission === this.#stop) this.#clearUpLater(admitting);
      return admission;
    }
    try {
      return this.#stop ?? (await this.#execute(admission));
    } finally {
      await this.#cleanUp(admission.staged);
    }
  }

  async #execute(admitted: Admitted): Promise<Verdict> {
    const tree = this.#launch(admitted);
    const beginning = await Promise.race([tree.started, tree.ended]);
    if (beginning) {
      await tree.cleared;
      return this.#verdict(beginning);
    }
    this.#startedAt = this.#now();
    this.#nowStarted();
    this.#later(this.#run.execute.timeoutMs, () => this.#end({ state: 'timed-out', reason: reasons.timeout(this.#run.execute) }));
    const pumps = [this.#pump(tree, 'stdout'), this.#pump(tree, 'stderr')];
    const end = await Promise.race([tree.ended, this.#stuck.promise]);
    this.#endedAt = this.#now();
    this.#dropTimers();
    const left = await Promise.race([tree.cleared, this.#stuck.promise.then(() => 1)]);
    if (left > 0) this.#around.log.warn({ runId: this.#run.runId, left }, 'processes of a run cannot be killed');
    for (const pump of pumps) pump.finish();
    const kept = await Promise.allSettled(pumps.map(({ done }) => done));
    if (kept.some(({ status }) => status === 'rejected')) this.#stop ??= { state: 'failed', reason: reasons.outputNotKept() };
    return this.#verdict(end);
  }

  #launch({ sandbox, executable, commandLine, staged, cwd }: Admitted): ProcessTree {
    const { runId, content, secrets = [] } = this.#run;
    // What is opened stands in the environment alone: on no command line, in no file but those staged for it.
    const opened = Object.fromEntries(
      secrets.map((secret) => [secret.variable, secret.as === 'env' ? secret.value.toString('utf8') : join(staged.folder, secretFileName(secret))]),
    );
    this.#tree = sandbox.launch({
      runId,
      stagingFolder: staged.folder,
      executable,
      arguments: commandLine,
      environment: { ...sandbox.baseEnvironment(), ...content.env, ...opened, [runIdVariable]: runId },
      cwd,
    });
    return this.#tree;
  }

  #pump(tree: ProcessTree, stream: 'stdout' | 'stderr'): OutputPump {
    const pump = new OutputPump(tree[stream], stream, this.#sink, this.#around.clock);
    pump.done.catch((error: unknown) => {
      this.#around.log.error({ err: error, runId: this.#run.runId }, 'output could not be kept');
      this.#end({ state: 'failed', reason: reasons.outputNotKept() });
    });
    return pump;
  }

  /** The first reason to stop is the one that counts; a script that ended by itself has none. */
  #end(stop: Verdict): void {
    if (this.#stop || this.#endedAt) return;
    this.#stop = stop;
    this.#abandoned.resolve(stop);
    this.#tree?.terminate();
    this.#later(graceMs, () => this.#tree?.kill());
    this.#later(graceMs + stuckAfterMs, () => this.#stuck.resolve({ kind: 'unkillable' }));
  }

  #verdict(end: ProcessEnd): Verdict {
    const stop = this.#stop;
    switch (end.kind) {
      case 'exited':
        if (stop) return { ...stop, exitCode: end.exitCode, signal: end.signal };
        if (end.signal !== null) return { state: 'failed', reason: reasons.signal(end.signal), signal: end.signal };
        return { state: end.exitCode === 0 ? 'succeeded' : 'failed', reason: null, exitCode: end.exitCode };
      case 'not-started':
        return stop ?? { state: 'failed', reason: reasons.spawn(end.code) };
      case 'guard-lost':
        this.#around.log.error({ runId: this.#run.runId, detail: end.message }, 'the keeper of a run was lost');
        return stop ?? { state: 'failed', reason: reasons.guardLost() };
      case 'unkillable':
        return { state: stop?.state ?? 'failed', reason: reasons.unkillable() };
    }
    return end satisfies never;
  }

  #outcome({ state, reason: why, exitCode = null, signal = null }: Verdict): RunOutcome {
    const end = this.#endedAt ?? this.#now();
    return {
      state,
      exitCode,
      signal,
      reason: why,
      startedAt: this.#startedAt ? new Date(this.#startedAt.wall) : null,
      finishedAt: new Date(end.wall),
      durationMs: this.#startedAt ? Math.round(end.monotonic - this.#startedAt.monotonic) : null,
    };
  }

  /** Files first: until it is released, the keeper would remove them should the agent die just now. */
  async #cleanUp(staged: StagedScript): Promise<void> {
    this.#dropTimers();
    try {
      await this.#around.staging.remove(staged);
    } catch (error) {
      this.#around.log.error({ err: error, runId: this.#run.runId }, 'a staging folder could not be removed');
    }
    this.#tree?.release();
  }

  #clearUpLater(admitting: Promise<Admitted | Verdict>): void {
    const clearUp = async () => {
      const admission = await admitting;
      if (!('state' in admission)) await this.#cleanUp(admission.staged);
    };
    clearUp().catch((error: unknown) => this.#around.log.warn({ err: error, runId: this.#run.runId }, 'a run that was given up could not be prepared either'));
  }

  #dropTimers(): void {
    for (const timer of this.#timers.splice(0)) timer.cancel();
  }

  #later(milliseconds: number, task: () => void): void {
    this.#timers.push(this.#around.clock.after(milliseconds, task));
  }

  #now(): Moment {
    return { wall: this.#around.clock.now(), monotonic: this.#around.clock.monotonic() };
  }
}
