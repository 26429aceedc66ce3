import { Injectable } from '@nestjs/common';
import { AdminAccount } from '../accounts/admin-account.ts';
import { RecordGuard } from '../archive/record-guard.ts';
import { RecordLock } from '../archive/record-lock.ts';
import { RefusalCounts } from '../audit/refusal-counts.ts';
import { Broker } from '../broker/broker.ts';
import { Beats } from '../endpoints/beats.ts';
import { IdentityResponders } from '../endpoints/identity-responders.ts';
import { SignedKeysets } from '../endpoints/signed-keyset.ts';
import { Leader } from '../leader/leader.ts';
import { LiveHub } from '../live/live-hub.ts';
import { LiveServer } from '../live/live-server.ts';
import { Log } from '../log.ts';
import { Health } from './health.ts';
import { Managers } from './managers.ts';

/** The order in which everything starts and stops, in one place. */
@Injectable()
export class Lifecycle {
  private readonly stopping = new AbortController();
  private started: Promise<void> = Promise.resolve();

  constructor(
    private readonly broker: Broker,
    private readonly admin: AdminAccount,
    private readonly refusals: RefusalCounts,
    private readonly keysets: SignedKeysets,
    private readonly responders: IdentityResponders,
    private readonly beats: Beats,
    private readonly live: LiveHub,
    private readonly sockets: LiveServer,
    private readonly guard: RecordGuard,
    private readonly lock: RecordLock,
    private readonly leader: Leader,
    private readonly health: Health,
    private readonly managers: Managers,
    private readonly log: Log,
  ) {}

  /** Starts in the background what needs the broker; rejects when it can never start. */
  start(): Promise<void> {
    this.started = this.startAll();
    return this.started;
  }

  private async startAll(): Promise<void> {
    if ((await this.broker.connect(this.stopping.signal)) === undefined) return;
    this.lock.start();
    // What a broken broker lost may be the very account: nothing is made anew in its place.
    if (this.guard.reason === undefined) await this.admin.ensure();
    await this.keysets.start();
    this.responders.start();
    this.beats.start();
    this.live.start();
    this.refusals.start();
    this.leader.start(this.managers.all);
    this.health.markStarted();
    this.log.info({}, 'connected to the broker');
  }

  /** Ends what acts by itself first, and the connection last. */
  async stop(): Promise<void> {
    this.health.markStopping();
    this.stopping.abort();
    // What failed at the start has been told; there is less to stop.
    await this.started.catch(() => undefined);
    await this.leader.stop();
    this.responders.stop();
    this.beats.stop();
    this.live.stop();
    this.sockets.stop();
    await this.refusals.stop();
    await this.lock.stop();
  }

  /** After the last request has been answered. */
  async disconnect(): Promise<void> {
    await this.broker.close();
  }
}
