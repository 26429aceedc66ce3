import { formatPosition } from '@kanade/contracts';
import { decideExecution } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import type { Principal } from '../accounts/principal.ts';
import { Broker } from '../broker/broker.ts';
import { DomainError } from '../domain-error.ts';
import { executionKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import { notFound } from '../projections/answers.ts';
import { visibleSiteKeys } from '../projections/scoped.ts';
import { CancelExecutionCommand } from './cancel-execution.command.ts';
import type { CancelExecutionResult } from './cancel-execution.command.ts';
import { extentOf } from './execution-scope.ts';
import { endedRunsOf, executionKeyOf, runsOnSites } from './run.reads.ts';

@CommandHandler(CancelExecutionCommand)
export class CancelExecutionHandler implements ICommandHandler<CancelExecutionCommand> {
  constructor(
    private readonly broker: Broker,
    private readonly log: ControlLog,
    private readonly fold: FoldAccess,
  ) {}

  async execute({ principal, executionId, runIds: asked }: CancelExecutionCommand): Promise<CancelExecutionResult> {
    const own = await this.runsInScope(principal, executionId);
    const foreign = asked?.find((runId) => own?.has(runId) === false);
    if (foreign !== undefined) throw new DomainError('not-found', `execution ${executionId} has no run ${foreign}`, { details: { runId: foreign } });
    const runIds = asked ?? (own === undefined ? undefined : [...own]);
    const { position } = await this.log.decide(executionKind, executionId, {
      principal,
      decide: async (state) => {
        // Counted from those known to have ended: a run the fold has not reached yet is open.
        const ended = endedRunsOf(await this.fold.reader(), executionId);
        const wanted = runIds ?? [...state.targets.keys()];
        const openRuns = wanted.filter((runId) => !ended.has(runId)).length;
        return decideExecution({ type: 'cancel', executionId, runIds: runIds === undefined ? null : [...new Set(runIds)], openRuns }, state);
      },
    });
    return { position };
  }

  /** The runs of an execution that the principal may end, `undefined` for all there are; throws not-found where there are none. */
  private async runsInScope(principal: Principal, executionId: string): Promise<ReadonlySet<string> | undefined> {
    if (principal.scope.sites === 'all') return undefined;
    const { lastSequence } = await this.log.load(executionKind, executionId);
    if (lastSequence === 0) throw notFound('execution', executionId);
    const reader = await this.fold.reader(formatPosition({ incarnation: this.broker.get().events.incarnation, sequence: lastSequence }));
    const sites = visibleSiteKeys(reader, principal) ?? [];
    const key = executionKeyOf(reader, executionId);
    const extent = key === undefined ? 'nothing' : extentOf(reader, sites, key);
    if (key === undefined || extent === 'nothing') throw notFound('execution', executionId);
    return extent === 'whole' ? undefined : runsOnSites(reader, key, sites);
  }
}
