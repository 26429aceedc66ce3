import { Injectable } from '@nestjs/common';
import { formatPosition } from '@kanade/contracts';
import type { Principal } from '../accounts/principal.ts';
import { limitedTo } from '../accounts/tokens/job-limits.ts';
import { Broker } from '../broker/broker.ts';
import { DomainError } from '../domain-error.ts';
import { executionKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import { notFound } from '../projections/answers.ts';
import { visibleSiteKeys } from '../projections/scoped.ts';
import { extentOf } from './execution-scope.ts';
import { executionKeyOf, runsOnSites } from './run.reads.ts';

/** Limits what is asked for about an execution's runs to those on the sites of whoever asks. */
@Injectable()
export class OwnRuns {
  constructor(
    private readonly broker: Broker,
    private readonly log: ControlLog,
    private readonly fold: FoldAccess,
  ) {}

  /** The runs meant: those asked for, or all of the principal's; undefined for the whole execution. Throws not-found for an execution or run of other sites. */
  async meant(principal: Principal, executionId: string, asked: readonly string[] | undefined): Promise<readonly string[] | undefined> {
    const own = await this.of(principal, executionId);
    const foreign = asked?.find((runId) => own?.has(runId) === false);
    if (foreign !== undefined) throw new DomainError('not-found', `execution ${executionId} has no run ${foreign}`, { details: { runId: foreign } });
    return asked ?? (own === undefined ? undefined : [...own]);
  }

  /** The runs of an execution that are the principal's, `undefined` for all there are; throws not-found where there are none. */
  async of(asker: Principal, executionId: string): Promise<ReadonlySet<string> | undefined> {
    if (asker.scope.sites === 'all' && asker.scope.runs === undefined) return undefined;
    const { lastSequence, state } = await this.log.load(executionKind, executionId);
    if (lastSequence === 0) throw notFound('execution', executionId);
    const principal = limitedTo(asker, state.requested?.data.job?.id ?? null);
    if (principal.scope.sites === 'all') return undefined;
    const reader = await this.fold.reader(formatPosition({ incarnation: this.broker.get().events.incarnation, sequence: lastSequence }));
    const sites = visibleSiteKeys(reader, principal) ?? [];
    const key = executionKeyOf(reader, executionId);
    const extent = key === undefined ? 'nothing' : extentOf(reader, sites, key);
    if (key === undefined || extent === 'nothing') throw notFound('execution', executionId);
    return extent === 'whole' ? undefined : runsOnSites(reader, key, sites);
  }
}
