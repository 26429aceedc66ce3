import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { Injectable } from '@nestjs/common';
import { openLeaseKeeper } from '@kanade/messaging';
import type { Lease, LeaseKeeper } from '@kanade/messaging';
import { Broker } from '../broker/broker.ts';
import { Config } from '../config/config.ts';
import { FoldAccess } from '../history/fold-access.ts';
import { derivedId } from '../history/uuid.ts';
import { Log } from '../log.ts';
import type { ProcessManager } from './process-manager.ts';

const leaseName = 'process-managers';
/** A failure counts as trouble for so long: what fails again and again never gets older. */
const troubleMs = 30_000;

/** Runs the process managers in the replica that holds the lease, once its read model has caught up. */
@Injectable()
export class Leader {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private keeper: LeaseKeeper | undefined;
  private lease: Lease | undefined;
  private failure: { readonly reason: string; readonly at: number } | undefined;

  constructor(
    private readonly broker: Broker,
    private readonly config: Config,
    private readonly fold: FoldAccess,
    private readonly log: Log,
  ) {}

  /** True in the replica whose process managers run. */
  get leading(): boolean {
    return this.lease?.held ?? false;
  }

  /** Why the process managers stopped last, if that was a moment ago. */
  get trouble(): string | undefined {
    return this.failure !== undefined && Date.now() - this.failure.at < troubleMs ? this.failure.reason : undefined;
  }

  /** True when this replica or another one holds the lease. */
  async led(): Promise<boolean> {
    return this.leading || (await this.keeper?.holder()) !== undefined;
  }

  start(managers: readonly ProcessManager[]): void {
    this.running = this.lead(managers);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async lead(managers: readonly ProcessManager[]): Promise<void> {
    const { signal } = this.stopping;
    // The data directory is one replica's own: restarted, it takes its lease over at once.
    const holder = derivedId('replica', hostname(), resolve(this.config.dataDir));
    const keeper = openLeaseKeeper(this.broker.get().core, { name: leaseName, holder });
    this.keeper = keeper;
    while (!signal.aborted) {
      try {
        await this.fold.whenCaughtUp(signal);
        this.lease = await keeper.acquire(signal);
        this.log.info({ fence: this.lease.fence }, 'this replica runs the process managers');
        await this.runAll(managers, AbortSignal.any([signal, this.lease.signal]));
      } catch (error) {
        await this.pauseAfter(error);
      } finally {
        await this.release();
      }
    }
  }

  /** If one of them cannot go on, none does: half of them would leave work undone without a sign. */
  private async runAll(managers: readonly ProcessManager[], until: AbortSignal): Promise<void> {
    const failing = new AbortController();
    const signal = AbortSignal.any([until, failing.signal]);
    const ends = managers.map((manager) =>
      manager.run(signal).catch((error: unknown) => {
        failing.abort();
        throw error;
      }),
    );
    const failed = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  private async pauseAfter(error: unknown): Promise<void> {
    if (this.stopping.signal.aborted) return;
    this.failure = { reason: error instanceof Error ? error.message : String(error), at: Date.now() };
    this.log.warn({ err: error }, 'the process managers stopped and are started again');
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }

  private async release(): Promise<void> {
    const { lease } = this;
    this.lease = undefined;
    await lease?.release().catch((error: unknown) => this.log.debug({ err: error }, 'the lease runs out by itself'));
  }
}
