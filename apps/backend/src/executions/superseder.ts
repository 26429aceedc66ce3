import { Injectable } from '@nestjs/common';
import { decideExecution } from '@kanade/domain';
import { systemPrincipal } from '../accounts/principal.ts';
import { executionKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import { waitingRunsOfJob } from '../projections/process-reads.ts';
import type { RunToDispatch } from '../projections/process-reads.ts';

/** Asks for the end of older runs of a job that still wait on the same endpoints as newer ones. */
@Injectable()
export class Superseder {
  constructor(
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
  ) {}

  async supersede(jobId: string, newer: readonly RunToDispatch[]): Promise<void> {
    const [first] = newer;
    if (first === undefined) return;
    const endpoints = new Set(newer.map(({ endpointId }) => endpointId));
    const older = new Map<string, string[]>();
    for (const { key, runId, executionId, endpointId } of waitingRunsOfJob(await this.fold.settled(), jobId, first.executionId)) {
      if (key < first.key && endpoints.has(endpointId)) older.set(executionId, [...(older.get(executionId) ?? []), runId]);
    }
    for (const [executionId, runIds] of older) {
      await this.log.decide(executionKind, executionId, {
        principal: systemPrincipal,
        decide: (state) => decideExecution({ type: 'cancel', executionId, runIds, openRuns: runIds.length }, state),
      });
    }
  }
}
