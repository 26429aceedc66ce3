import { Injectable } from '@nestjs/common';
import type { HoldCause } from '@kanade/contracts';
import { decideEndpoint } from '@kanade/domain';
import { budgetDay } from '@kanade/read-models';
import { systemPrincipal } from '../accounts/principal.ts';
import { Clock } from '../clock.ts';
import { Config } from '../config/config.ts';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { endpointsOverBudget, heldEndpoints } from './endpoint.reads.ts';

/** An endpoint over its budget writes on for at most this long, ms. */
const periodMs = 2000;
const dayMs = 86_400_000;

/** Holds the endpoints that have stored more events today than one may, and releases them when their time is over. */
@Injectable()
export class EventBudgets implements ProcessManager {
  readonly name = 'event budgets';
  private readonly loop: WorkLoop;

  constructor(
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
    private readonly sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: () => this.look() });
  }

  run(signal: AbortSignal): Promise<void> {
    return this.loop.run(signal);
  }

  private async look(): Promise<void> {
    const reader = await this.fold.settled();
    const now = this.clock.now();
    const budget = this.config.endpointBudget;
    const day = budgetDay(now);
    const until = new Date((day + 1) * dayMs).toISOString();
    for (const { id, events, bytes } of endpointsOverBudget(reader, day, budget)) {
      const [cause, detail] = events > budget.events
        ? (['event-budget', `${events} events today; ${budget.events} are allowed`] as const)
        : (['byte-budget', `${bytes} bytes of events today; ${budget.bytes} are allowed`] as const);
      await this.hold(id, cause, detail, until);
    }
    for (const { id, heldUntil } of heldEndpoints(reader)) {
      if (heldUntil === null || Date.parse(heldUntil) > now) continue;
      await this.log.decide(endpointKind, id, { principal: systemPrincipal, decide: (state) => decideEndpoint({ type: 'release', endpointId: id, reason: 'time' }, state) });
      this.sink.info({ endpointId: id }, 'a held endpoint is released: its time is over');
    }
  }

  private async hold(endpointId: string, cause: HoldCause, detail: string, until: string): Promise<void> {
    const { events } = await this.log.decide(endpointKind, endpointId, {
      principal: systemPrincipal,
      decide: (state) => decideEndpoint({ type: 'hold', endpointId, cause, detail, until }, state),
    });
    if (events.length > 0) this.sink.warn({ endpointId, cause, detail }, 'an endpoint is held: its events are not let through');
  }
}
