import { Injectable } from '@nestjs/common';
import { secretUsesSchema } from '@kanade/contracts';
import { decideExecution, isReleased } from '@kanade/domain';
import { systemPrincipal } from '../accounts/principal.ts';
import { Broker } from '../broker/broker.ts';
import { executionKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { activeEndpoints, runsToDispatch } from '../projections/process-reads.ts';
import type { RunToDispatch } from '../projections/process-reads.ts';
import { SecretDelivery } from '../secrets/secret-delivery.ts';
import { CommandSender } from './command-sender.ts';
import { DispatchCounter } from './dispatch-counter.ts';
import { PrivateContents } from './private-content.ts';
import { Superseder } from './superseder.ts';

const atOnce = 1000;
const periodMs = 5000;

/** Puts the command of every queued run into its endpoint's queue, in the order the runs were asked for. */
@Injectable()
export class Dispatcher implements ProcessManager {
  readonly name = 'dispatcher';
  /** Runs whose command is queued though the fold does not say so yet, or cannot be sent. */
  private settled = new Set<string>();
  private readonly loop: WorkLoop;

  constructor(
    private readonly broker: Broker,
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
    private readonly contents: PrivateContents,
    private readonly sender: CommandSender,
    private readonly superseder: Superseder,
    private readonly counter: DispatchCounter,
    private readonly delivery: SecretDelivery,
    private readonly sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: (signal) => this.dispatchAll(signal) });
  }

  async run(signal: AbortSignal): Promise<void> {
    this.settled = new Set();
    await this.ensureQueues();
    const stop = this.fold.onNotice(({ runs }) => {
      for (const { runId, state } of runs) if (state !== 'queued') this.settled.delete(runId);
      if (runs.some(({ state }) => state === 'queued')) this.loop.wake();
    });
    try {
      await this.loop.run(signal);
    } finally {
      stop();
    }
  }

  /** A restored broker lacks the endpoints' consumers; those that are there stay as they are. */
  private async ensureQueues(): Promise<void> {
    const made = await this.broker.get().commands.ensureConsumers(activeEndpoints(await this.fold.settled()).map(({ id }) => id));
    if (made > 0) this.sink.info({ made }, 'made queues for endpoints that had none');
  }

  private async dispatchAll(signal: AbortSignal): Promise<void> {
    const { incarnation } = this.broker.get().events;
    while (!signal.aborted) {
      const rows = runsToDispatch(await this.fold.settled(), incarnation, atOnce + this.settled.size);
      // What the fold has caught up with need not be remembered.
      const listed = new Set(rows.map(({ runId }) => runId));
      for (const runId of this.settled) if (!listed.has(runId)) this.settled.delete(runId);
      // Those in quarantine wait for their deadline, those of a cut-off endpoint are ended; they must not keep others from the page.
      for (const { runId, quarantined, standing } of rows) if (quarantined === 1 || standing !== 'active') this.settled.add(runId);
      const fresh = rows.filter(({ runId }) => !this.settled.has(runId));
      if (fresh.length === 0) return;
      for (const group of byExecution(fresh)) {
        signal.throwIfAborted();
        await this.dispatch(group);
      }
    }
  }

  /** One execution's runs; a failure leaves them for the next pass. */
  async dispatch(runs: readonly RunToDispatch[]): Promise<void> {
    const [first] = runs;
    if (first === undefined) return;
    const { executionId } = first;
    // The record decides, and not the read model alone.
    if (first.approval !== null && !isReleased((await this.log.load(executionKind, executionId)).state)) {
      this.sink.error({ executionId }, 'the read model would send what nobody has approved; rebuild it');
      for (const { runId } of runs) this.settled.add(runId);
      return;
    }
    const content = await this.contents.read(first.eventId);
    if (content === null) {
      // Erased before it was sent: nothing can run any more, and the deadline ends the wait.
      this.sink.warn({ executionId }, 'what this execution was to run has been erased; its waiting runs will expire');
      for (const { runId } of runs) this.settled.add(runId);
      return;
    }
    if (first.supersede === 1 && first.jobId !== null) await this.superseder.supersede(first.jobId, runs);
    const { salt: _salt, ...sent } = content;
    const order = {
      executionId,
      execute: { shell: first.shell, timeoutMs: first.timeoutMs, runAs: first.runAs, cwd: first.cwd },
      content: sent,
      expiresAt: first.expiresAt,
      supersedeKey: first.supersede === 1 ? first.jobId : null,
      secrets: await this.delivery.open(secretUsesSchema.parse(JSON.parse(first.secrets))),
    };
    const sequences = await this.sender.sendRuns(order, runs);
    for (const { runId } of runs) this.settled.add(runId);
    const commands = runs.flatMap(({ runId }, index) => {
      const sequence = sequences[index];
      return sequence === undefined ? [] : [{ runId, sequence }];
    });
    const { incarnation } = this.broker.get().events;
    await this.log.decide(executionKind, executionId, {
      principal: systemPrincipal,
      decide: (state) => decideExecution({ type: 'dispatch', incarnation, commands }, state),
    });
    this.counter.add(runs.length);
  }
}

/** Groups rows by execution, in the order in which the executions were asked for. */
function byExecution(rows: readonly RunToDispatch[]): RunToDispatch[][] {
  const groups = new Map<string, RunToDispatch[]>();
  for (const row of [...rows].sort((a, b) => a.key - b.key)) {
    const group = groups.get(row.executionId);
    if (group === undefined) groups.set(row.executionId, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}
