import { Injectable } from '@nestjs/common';
import { decideExecution } from '@kanade/domain';
import { systemPrincipal } from '../accounts/principal.ts';
import { Clock } from '../clock.ts';
import { executionKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { overdueApprovals } from '../projections/process-reads.ts';

const periodMs = 5000;

/** Ends executions that nobody approved in time. */
@Injectable()
export class ApprovalKeeper implements ProcessManager {
  readonly name = 'approval keeper';
  private readonly loop: WorkLoop;

  constructor(
    private readonly clock: Clock,
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
    sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: () => this.check() });
  }

  run(signal: AbortSignal): Promise<void> {
    return this.loop.run(signal);
  }

  /** One pass over everything that is overdue now. */
  async check(): Promise<void> {
    for (const executionId of overdueApprovals(await this.fold.settled(), this.clock.iso())) {
      await this.log.decide(executionKind, executionId, {
        principal: systemPrincipal,
        decide: (state) => decideExecution({ type: 'expire-approval', executionId, now: this.clock.now() }, state),
      });
    }
  }
}
