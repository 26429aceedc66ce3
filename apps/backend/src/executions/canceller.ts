import { Injectable } from '@nestjs/common';
import type { RunState } from '@kanade/contracts';
import { decideExecution } from '@kanade/domain';
import type { ExecutionState } from '@kanade/domain';
import { systemPrincipal } from '../accounts/principal.ts';
import { Broker } from '../broker/broker.ts';
import { executionKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { executionsToCancel, openRunsOfExecution } from '../projections/process-reads.ts';
import { CommandSender } from './command-sender.ts';
import { Dispatcher } from './dispatcher.ts';
import { undispatchedRunsOf } from './run.reads.ts';

const periodMs = 5000;
const openStates: ReadonlySet<RunState> = new Set<RunState>(['queued', 'accepted', 'started']);

type OpenRun = ReturnType<typeof openRunsOfExecution>[number];

/**
 * Carries out what somebody asked to end. A run nobody has accepted is withdrawn and presumed cancelled at once; its agent is told all the
 * same, for it may have fetched the command a moment ago. A run an agent has taken is the agent's to end and report.
 */
@Injectable()
export class Canceller implements ProcessManager {
  readonly name = 'canceller';
  /** Runs whose agent has been told by this process: telling it again would do no harm, and no good. */
  private readonly told = new Set<string>();
  private readonly loop: WorkLoop;

  constructor(
    private readonly broker: Broker,
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
    private readonly sender: CommandSender,
    private readonly dispatcher: Dispatcher,
    sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: () => this.cancelAll() });
  }

  async run(signal: AbortSignal): Promise<void> {
    this.told.clear();
    const stop = this.fold.onNotice(({ changes, runs }) => {
      for (const { runId, state } of runs) if (!openStates.has(state)) this.told.delete(runId);
      if (changes.some(({ kind }) => kind === 'execution')) this.loop.wake();
    });
    try {
      await this.loop.run(signal);
    } finally {
      stop();
    }
  }

  private async cancelAll(): Promise<void> {
    for (const { id } of executionsToCancel(await this.fold.settled())) await this.cancel(id);
  }

  private async cancel(executionId: string): Promise<void> {
    const open = openRunsOfExecution(await this.fold.settled(), executionId);
    if (open.every(({ runId }) => this.told.has(runId))) return;
    const { state } = await this.log.load(executionKind, executionId);
    await this.dispatchRest(executionId, state);
    const wanted = open.filter(({ runId }) => !this.told.has(runId) && isAsked(state, runId));
    if (wanted.length === 0) return;
    await this.withdraw(executionId, wanted.filter((run) => run.state === 'queued'));
    // Only what was ever in a queue can have reached an agent.
    const { incarnation } = this.broker.get().events;
    const sent = wanted.filter((run) => run.state !== 'queued' || run.commandIncarnation === incarnation || state.dispatched.size > 0);
    await this.sender.sendCancels(executionId, sent);
    for (const { runId } of wanted) this.told.add(runId);
  }

  /** The dispatcher leaves executions alone that somebody wants to end; runs of them that nobody named still go out. */
  private async dispatchRest(executionId: string, state: ExecutionState): Promise<void> {
    if (state.cancelRequested === 'all') return;
    const { incarnation } = this.broker.get().events;
    const dispatched = state.dispatched.get(incarnation);
    const rows = undispatchedRunsOf(await this.fold.settled(), executionId, incarnation);
    await this.dispatcher.dispatch(rows.filter(({ runId }) => !isAsked(state, runId) && dispatched?.has(runId) !== true));
  }

  private async withdraw(executionId: string, queued: readonly OpenRun[]): Promise<void> {
    const { incarnation } = this.broker.get().events;
    const sequences = queued.flatMap((run) => (run.commandSequence !== null && run.commandIncarnation === incarnation ? [run.commandSequence] : []));
    await this.broker.get().commands.delete(sequences);
    if (queued.length === 0) return;
    await this.log.decide(executionKind, executionId, {
      principal: systemPrincipal,
      decide: (state) => decideExecution({ type: 'presume', executionId, state: 'cancelled', runIds: queued.map(({ runId }) => runId) }, state),
    });
  }
}

function isAsked({ cancelRequested }: ExecutionState, runId: string): boolean {
  return cancelRequested === 'all' || cancelRequested.has(runId);
}
