import { Injectable } from '@nestjs/common';
import { pushGates } from '@kanade/messaging';
import { Broker } from '../broker/broker.ts';
import { heldEndpoints } from '../endpoints/endpoint.reads.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { RecordGuard } from './record-guard.ts';

const periodMs = 1000;

/**
 * Keeps endpoints from recording anything while the broker has lost a part of the record. In every replica, for none leads then: whoever leads
 * acts on a read model that is up to date.
 */
@Injectable()
export class RecordLock {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly broker: Broker,
    private readonly guard: RecordGuard,
    private readonly fold: FoldClient,
    private readonly log: Log,
  ) {}

  start(): void {
    const loop = new WorkLoop({ name: 'record-lock', periodMs, log: this.log, work: () => this.keep() });
    this.running = loop.run(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async keep(): Promise<void> {
    const { reason } = this.guard;
    if (reason === undefined) return;
    const { system, brokerKeys } = this.broker.get();
    const reader = this.fold.peek();
    const closed = new Set(reader === undefined ? [] : heldEndpoints(reader).map(({ id }) => id));
    if (await pushGates(system, brokerKeys.operator, { closed, allClosed: true })) this.log.error({ reason }, 'no endpoint’s events are let through: the broker has lost a part of the record');
  }
}
