import type { KeyObject } from 'node:crypto';
import type { FinalRunState, RunReason } from '@kanade/contracts';
import type { AgentConnection } from '@kanade/messaging';
import { timeText } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';
import type { Ledger, LedgerRun } from '../ledger/ledger.ts';
import type { Log } from '../log.ts';
import { readCommand } from '../messages.ts';
import type { EventOutbox } from '../outbox/event-outbox.ts';
import type { OutputOutbox } from '../outbox/output-outbox.ts';
import { RunRecorder } from '../output/run-recorder.ts';
import type { RecordedOutput } from '../output/run-recorder.ts';
import { summarise } from '../output/stream-recorder.ts';
import type { RunOutcome, ScriptRunner } from '../runner/runner.ts';
import { maskedSink } from '../secrets/masked-sink.ts';
import { openSecrets } from '../secrets/open-secrets.ts';
import type { Store } from '../store/store.ts';
import { durably } from '../store/durably.ts';
import { isDiskFull } from '../store/store.ts';
import { endedUnstarted, reasons, runFinished, runStarted } from './run-facts.ts';
import type { RunEnd } from './run-facts.ts';
import type { RunningRun } from './run-queue.ts';

interface Options {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly events: EventOutbox;
  readonly output: OutputOutbox;
  readonly runner: ScriptRunner;
  /** What secrets in commands are sealed to. */
  readonly sealingKey: KeyObject;
  readonly publishLive: AgentConnection['publishLive'];
  readonly clock: Clock;
  readonly log: Log;
  readonly mostOutputBytes: number;
  readonly hasRoom: () => Promise<boolean>;
}

/** Takes accepted runs through their script to a finished fact, each step on the disk before the next. */
export class RunExecutor {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  execute(run: LedgerRun): RunningRun {
    const { store, ledger, runner, sealingKey, output: outbox, publishLive, clock, log, hasRoom, mostOutputBytes: mostBytesPerStream } = this.#options;
    const command = readCommand(run.command);
    if (command?.type !== 'kanade.command.run.v1') {
      return this.#endWithoutScript(run, { code: 'malformed', message: 'The command in the ledger cannot be read; run it again.' });
    }
    const opened = openSecrets(command, sealingKey);
    if ('refusal' in opened) return this.#endWithoutScript(run, opened.refusal);
    const { secrets } = opened;
    let starting: LedgerRun;
    try {
      // Before the process, not after: once this is on the disk the run never starts again, whatever happens.
      starting = store.transaction(() => ledger.move(run, 'starting', clock.now()));
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      return this.#endWithoutScript(run, reasons.diskFull);
    }
    const recorder = new RunRecorder({ runId: run.runId, outbox, publishLive, clock, log, mostBytesPerStream, hasRoom });
    // Masked before anything else sees it: what is stored and what is watched are the same bytes.
    const sink = maskedSink(recorder, secrets.map(({ value }) => value));
    const handle = runner.start({ runId: run.runId, execute: command.execute, content: command.content, secrets }, sink);
    let interrupted = false;
    const started = handle.started.then(() => this.#noteStarted(starting, command.execute.runAs));
    const ended = this.#finish(starting, handle.outcome.finally(() => { sink.end(); }), recorder, () => interrupted);
    return {
      begun: Promise.race([started, ended]),
      ended,
      cancel: () => handle.cancel(),
      interrupt: () => {
        interrupted = true;
        handle.cancel();
      },
    };
  }

  /** Reports the runs a dead agent had begun; their scripts were swept away before. */
  async reportInterrupted(): Promise<void> {
    const { ledger, output, clock } = this.#options;
    for (const run of ledger.begun()) {
      await durably(this.#options, () => output.sealAll(run.runId));
      const { runId } = run;
      const recorded = { stdout: summarise(output, runId, 'stdout'), stderr: summarise(output, runId, 'stderr') };
      const end = endedUnstarted('interrupted', reasons.interrupted, timeText(clock.now()));
      await this.#end(run, { ...end, output: recorded });
    }
  }

  #endWithoutScript(run: LedgerRun, reason: RunReason): RunningRun {
    const ended = this.#end(run, endedUnstarted('refused', reason, timeText(this.#options.clock.now())));
    return { begun: ended, ended, cancel: () => undefined, interrupt: () => undefined };
  }

  async #noteStarted(run: LedgerRun, runAs: 'system' | 'user'): Promise<void> {
    const { store, ledger, events, clock } = this.#options;
    await durably(this.#options, () => {
      store.transaction(() => {
        // A short script may have ended first, while this waited for room on the disk.
        if (ledger.stateOf(run.runId) !== 'starting') return;
        ledger.move(run, 'started', clock.now());
        events.append(runStarted(run, runAs));
      });
    });
  }

  async #finish(run: LedgerRun, outcome: Promise<RunOutcome>, recorder: RunRecorder, interrupted: () => boolean): Promise<void> {
    const result = await outcome.catch((error: unknown) => this.#failure(run, error));
    const output = recorder.finish();
    const stopped = interrupted() && result.state === 'cancelled';
    await this.#end(run, {
      state: stopped ? 'interrupted' : result.state,
      exitCode: result.exitCode,
      signal: result.signal,
      reason: stopped ? reasons.stopping : (result.reason ?? reasonOf(result.state, recorder.truncated)),
      startedAt: result.startedAt?.toISOString() ?? null,
      finishedAt: result.finishedAt.toISOString(),
      durationMs: result.durationMs === null ? null : Math.max(0, Math.round(result.durationMs)),
      output: result.startedAt === null ? null : output,
    });
  }

  async #end(run: LedgerRun, end: RunEnd): Promise<void> {
    const { store, ledger, events, clock, log } = this.#options;
    await durably(this.#options, () => {
      store.transaction(() => {
        ledger.move(run, end.state, clock.now());
        events.append(runFinished(run, end), chunksIn(end.output) > 0 ? run.runId : null);
      });
    });
    log.info({ runId: run.runId, state: end.state, exitCode: end.exitCode }, 'a run ended');
  }

  #failure(run: LedgerRun, error: unknown): RunOutcome {
    this.#options.log.error({ err: error, runId: run.runId }, 'the runner failed');
    const message = error instanceof Error ? error.message : 'unknown error';
    const now = new Date(this.#options.clock.now());
    const reason = { code: 'runner-failed', message: `The agent could not run the script: ${message}` };
    return { state: 'failed', exitCode: null, signal: null, reason, startedAt: null, finishedAt: now, durationMs: null };
  }
}

function chunksIn(output: RecordedOutput | null): number {
  return output === null ? 0 : output.stdout.chunks + output.stderr.chunks;
}

function reasonOf(state: FinalRunState, truncated: boolean): RunReason | null {
  if (state === 'cancelled') return reasons.cancelled;
  return truncated ? reasons.outputTruncated : null;
}
