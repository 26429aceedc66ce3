import { Injectable } from '@nestjs/common';
import { decideEndpoint } from '@kanade/domain';
import { systemPrincipal } from '../accounts/principal.ts';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { Beats } from './beats.ts';

const periodMs = 60_000;

/** Writes down that two machines act as one endpoint: the one that noticed can send no event any more, and says so with its beats. */
@Injectable()
export class IdentityConflicts implements ProcessManager {
  readonly name = 'identity conflicts';
  private readonly heard = new Map<string, string>();
  /** Endpoint and what it said, of those written down by this process: beats come every few seconds. */
  private readonly told = new Map<string, string>();
  private readonly loop: WorkLoop;

  constructor(
    private readonly beats: Beats,
    private readonly log: ControlLog,
    private readonly sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: () => this.tell() });
  }

  async run(signal: AbortSignal): Promise<void> {
    this.told.clear();
    const stop = this.beats.onBeat((endpointId, { conflict }) => {
      if (conflict === undefined || this.told.get(endpointId) === conflict) return;
      this.heard.set(endpointId, conflict);
      this.loop.wake();
    });
    try {
      await this.loop.run(signal);
    } finally {
      stop();
    }
  }

  private async tell(): Promise<void> {
    for (const [endpointId, detail] of this.heard) {
      const { events } = await this.log.decide(endpointKind, endpointId, {
        principal: systemPrincipal,
        decide: (state) => decideEndpoint({ type: 'report-conflict', endpointId, detail }, state),
      });
      if (events.length > 0) this.sink.warn({ endpointId, detail }, 'two machines act as one endpoint; enrol one of them anew');
      this.heard.delete(endpointId);
      this.told.set(endpointId, detail);
    }
  }
}
