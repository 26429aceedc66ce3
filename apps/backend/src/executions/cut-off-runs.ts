import { Injectable } from '@nestjs/common';
import { decideExecution } from '@kanade/domain';
import { systemPrincipal } from '../accounts/principal.ts';
import { Broker } from '../broker/broker.ts';
import { executionKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { cutOffEndpoints, openRunsOfCutOff } from '../projections/process-reads.ts';

const periodMs = 15_000;

type OpenRun = ReturnType<typeof openRunsOfCutOff>[number];

/** Ends the runs of endpoints that were cut off: what waits in the queue is withdrawn, what was under way will never be reported. */
@Injectable()
export class CutOffRuns implements ProcessManager {
  readonly name = 'runs of cut-off endpoints';
  private cutOff: ReadonlySet<string> = new Set();
  /** Whether there can be anything to end: all open runs are looked through for it. */
  private due = true;
  private readonly loop: WorkLoop;

  constructor(
    private readonly broker: Broker,
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
    sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: () => this.end() });
  }

  async run(signal: AbortSignal): Promise<void> {
    this.due = true;
    const stop = this.fold.onNotice(({ changes, runs }) => {
      if (runs.some(({ endpointId, state }) => state === 'queued' && this.cutOff.has(endpointId))) this.due = true;
      if (this.due) this.loop.wake();
      else if (changes.some(({ kind }) => kind === 'endpoint')) void this.look().catch(() => this.loop.wake());
    });
    try {
      await this.loop.run(signal);
    } finally {
      stop();
    }
  }

  private async look(): Promise<void> {
    const ids = cutOffEndpoints(await this.fold.reader());
    if (ids.every((id) => this.cutOff.has(id))) return;
    this.due = true;
    this.loop.wake();
  }

  private async end(): Promise<void> {
    const reader = await this.fold.settled();
    const ids = cutOffEndpoints(reader);
    if (ids.some((id) => !this.cutOff.has(id))) this.due = true;
    // One that was let in again is not cut off.
    this.cutOff = new Set(ids);
    if (!this.due) return;
    // Before the work, not after it: what is cut off meanwhile is due again.
    this.due = false;
    try {
      await this.endAll(openRunsOfCutOff(reader));
    } catch (error) {
      this.due = true;
      throw error;
    }
  }

  private async endAll(open: readonly OpenRun[]): Promise<void> {
    await this.withdraw(open);
    for (const [executionId, runs] of Map.groupBy(open, (run) => run.executionId)) {
      await this.presume(executionId, 'cancelled', runs.filter(({ state }) => state === 'queued'));
      await this.presume(executionId, 'lost', runs.filter(({ state }) => state !== 'queued'));
    }
  }

  private async withdraw(open: readonly OpenRun[]): Promise<void> {
    const { commands, events } = this.broker.get();
    await commands.delete(open.flatMap((run) => (run.commandSequence !== null && run.commandIncarnation === events.incarnation ? [run.commandSequence] : [])));
  }

  private async presume(executionId: string, state: 'cancelled' | 'lost', runs: readonly OpenRun[]): Promise<void> {
    if (runs.length === 0) return;
    await this.log.decide(executionKind, executionId, {
      principal: systemPrincipal,
      decide: (execution) => decideExecution({ type: 'presume', executionId, state, runIds: runs.map(({ runId }) => runId) }, execution),
    });
  }
}
