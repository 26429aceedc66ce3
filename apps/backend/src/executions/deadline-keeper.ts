import { Injectable } from '@nestjs/common';
import { decideDeadline, decideExecution, reportGraceMs } from '@kanade/domain';
import type { DeadlineStep, OpenRun } from '@kanade/domain';
import { systemPrincipal } from '../accounts/principal.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { Beats } from '../endpoints/beats.ts';
import { executionKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { nextDeadline, runsPastDeadline } from '../projections/process-reads.ts';
import { RunSignals } from './run-signals.ts';

const periodMs = 2000;

type DueRun = ReturnType<typeof runsPastDeadline>[number];

/** Ends the wait for runs that nobody will ever report: every run ends, whatever became of its endpoint. */
@Injectable()
export class DeadlineKeeper implements ProcessManager {
  readonly name = 'deadline keeper';
  private readonly loop: WorkLoop;

  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
    private readonly signals: RunSignals,
    private readonly beats: Beats,
    sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: () => this.check() });
  }

  async run(signal: AbortSignal): Promise<void> {
    const forget = [
      this.signals.onSuspect(() => this.loop.wake()),
      this.beats.onBeat((endpointId, beat) => void this.signals.beat(endpointId, beat)),
    ];
    try {
      await this.loop.run(signal);
    } finally {
      for (const stop of forget) stop();
    }
  }

  /** One pass over everything that is due now. */
  async check(): Promise<void> {
    const now = this.clock.now();
    await this.signals.askSuspects();
    const denied = this.signals.takeDenied();
    const next = nextDeadline(await this.fold.settled());
    const due = next === undefined || next > now ? [] : runsPastDeadline(await this.fold.settled(), now + 1, 10_000);
    const ends = new Map<string, { readonly state: 'expired' | 'lost'; readonly executionId: string; readonly runIds: string[] }>();
    const end = (state: 'expired' | 'lost', executionId: string, runId: string) => {
      const key = `${state} ${executionId}`;
      const group = ends.get(key) ?? { state, executionId, runIds: [] };
      group.runIds.push(runId);
      ends.set(key, group);
    };
    for (const row of due) {
      const step = this.step(row, now);
      if (step === 'expired' || step === 'lost') end(step, row.executionId, row.runId);
    }
    for (const { runId, executionId } of denied) end('lost', executionId, runId);
    for (const group of ends.values()) await this.presume(group);
  }

  private step(row: DueRun, now: number): DeadlineStep {
    const run = toOpenRun(row);
    return run === undefined ? null : decideDeadline(run, this.signals.of(row.runId), now);
  }

  private async presume({ state, executionId, runIds }: { readonly state: 'expired' | 'lost'; readonly executionId: string; readonly runIds: readonly string[] }) {
    await this.log.decide(executionKind, executionId, {
      principal: systemPrincipal,
      decide: (execution) => decideExecution({ type: 'presume', executionId, state, runIds }, execution),
    });
    if (state !== 'expired') return;
    // The queue drops an expired command by itself, only later; an agent that fetches one refuses it.
    const { incarnation } = this.broker.get().events;
    const gone = new Set(runIds);
    const rows = runsPastDeadline(await this.fold.settled(), this.clock.now() + reportGraceMs, 10_000).filter(({ runId }) => gone.has(runId));
    await this.broker.get().commands.delete(
      rows.flatMap((row) => (row.commandSequence !== null && row.commandIncarnation === incarnation ? [row.commandSequence] : [])),
    );
  }
}

function toOpenRun({ state, deadlineAt }: DueRun): OpenRun | undefined {
  if (deadlineAt === null) return undefined;
  return state === 'queued' || state === 'accepted' || state === 'started' ? { state, deadlineAt } : undefined;
}
