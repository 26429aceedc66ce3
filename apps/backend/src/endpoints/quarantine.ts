import { Injectable } from '@nestjs/common';
import { decideEndpoint } from '@kanade/domain';
import { replacedKeyReason } from '@kanade/proof';
import { systemPrincipal } from '../accounts/principal.ts';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { endpointById } from '../projections/process-reads.ts';
import { VerifierClient } from '../projections/verifier-client.ts';

const periodMs = 30_000;

/** Puts an endpoint into quarantine as soon as the verifier finds an event of it that nobody vouches for. */
@Injectable()
export class Quarantine implements ProcessManager {
  readonly name = 'quarantine';
  private readonly loop: WorkLoop;

  constructor(
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
    private readonly verifier: VerifierClient,
    private readonly sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: () => this.check() });
  }

  async run(signal: AbortSignal): Promise<void> {
    const subscription = this.verifier.invalid.subscribe(() => this.loop.wake());
    try {
      await this.loop.run(signal);
    } finally {
      subscription.unsubscribe();
    }
  }

  private async check(): Promise<void> {
    const reader = await this.fold.settled();
    const first = new Map<string, { readonly sequence: number; readonly reason: string }>();
    for (const { endpointId, sequence, reason } of this.verifier.allInvalid()) {
      // What was found before it got its present keys was dealt with when an operator gave them to it.
      const keyedFrom = endpointById(reader, endpointId)?.keyedFrom ?? 0;
      if (sequence > keyedFrom && reason !== replacedKeyReason && !first.has(endpointId)) first.set(endpointId, { sequence, reason });
    }
    for (const [endpointId, { sequence, reason }] of first) {
      if (endpointById(await this.fold.settled(), endpointId)?.quarantined !== 0) continue;
      this.sink.warn({ endpointId, sequence, reason }, 'an endpoint is put into quarantine');
      await this.log.decide(endpointKind, endpointId, {
        principal: systemPrincipal,
        decide: (state) => decideEndpoint({ type: 'quarantine', endpointId, sequence, reason: reason.slice(0, 200) }, state),
      });
    }
  }
}
