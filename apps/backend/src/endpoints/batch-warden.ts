import { Injectable } from '@nestjs/common';
import { decideEndpoint } from '@kanade/domain';
import { connectCore, kickConnections, watchOpenBatches } from '@kanade/messaging';
import { systemPrincipal } from '../accounts/principal.ts';
import { Broker } from '../broker/broker.ts';
import { Config } from '../config/config.ts';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { endpointById } from '../projections/process-reads.ts';

const periodMs = 60_000;
/** An agent has one batch open at a time, and after a lost answer or two a few more until they lapse. */
export const openBatchesOfOne = 8;

/**
 * Finds out who opens batches in the record and does not end them, which is how one endpoint could take the room for batches from all others.
 * It is held until an operator says otherwise, and its connections are cut. The broker knows a batch by an id of its opener's choice alone,
 * so what endpoints publish is listened to: the subject names them, and the broker guards it.
 */
@Injectable()
export class BatchWarden implements ProcessManager {
  readonly name = 'batch warden';
  private readonly found = new Map<string, number>();
  private readonly loop: WorkLoop;

  constructor(
    private readonly broker: Broker,
    private readonly config: Config,
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
    private readonly sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: () => this.holdFound() });
  }

  async run(signal: AbortSignal): Promise<void> {
    // A connection of its own: all events of all endpoints come here once more, and must not keep answers waiting.
    const core = await connectCore({ url: this.config.natsUrl, credsFile: this.config.backendCreds, name: 'batch warden' });
    const watch = watchOpenBatches(core, openBatchesOfOne, (endpointId, open) => {
      if (this.found.has(endpointId)) return;
      this.found.set(endpointId, open);
      this.loop.wake();
    });
    try {
      await this.loop.run(signal);
    } finally {
      watch.stop();
      await core.close();
    }
  }

  private async holdFound(): Promise<void> {
    const { system } = this.broker.get();
    for (const endpointId of [...this.found.keys()]) {
      const { events } = await this.log.decide(endpointKind, endpointId, {
        principal: systemPrincipal,
        decide: (state) => decideEndpoint({ type: 'hold', endpointId, cause: 'open-batches', detail: `it opened more than ${openBatchesOfOne} batches of events and ended none of them`, until: null }, state),
      });
      const nkey = endpointById(await this.fold.reader(), endpointId)?.nkey;
      const cut = nkey === undefined ? 0 : await kickConnections(system, nkey);
      if (events.length > 0 || cut > 0) this.sink.warn({ endpointId, cut }, 'an endpoint leaves batches open: it is held, and its connections are cut');
      // Not before all is done: what failed is tried again.
      this.found.delete(endpointId);
    }
  }
}
