import { Injectable } from '@nestjs/common';
import { decideEndpoint } from '@kanade/domain';
import { listConnectedNkeys, subscribeConnectionEvents } from '@kanade/messaging';
import { systemPrincipal } from '../accounts/principal.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { endpointByNkey } from '../projections/process-reads.ts';
import { Beats } from './beats.ts';
import { presenceRow, presenceRows } from './endpoint.reads.ts';
import { PresenceBoard } from './presence-board.ts';
import type { DueTransition } from './presence-board.ts';

const periodMs = 1000;
/** After a (re)connect, endpoints that are not there yet may be on their way back, spread over some seconds. */
const returnMs = 20_000;
/** How long the key of a connection may be unknown: its enrolment is being folded, or it is an enrolment token's. */
const unknownMs = 30_000;

/** Writes down who came and who left, from what the broker itself says and from beats; transitions only, after hold-down. */
@Injectable()
export class PresenceKeeper implements ProcessManager {
  readonly name = 'presence keeper';
  private board = new PresenceBoard();
  private readonly unknown = new Map<string, number>();
  private readonly loop: WorkLoop;

  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
    private readonly beats: Beats,
    private readonly sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: () => this.record() });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { system } = this.broker.get();
    this.board = new PresenceBoard();
    for (const row of presenceRows(await this.fold.settled())) this.board.know(row, this.clock.now());
    const events = subscribeConnectionEvents(system, ({ kind, nkey }) => this.onConnection(kind, nkey));
    const forget = [
      () => events.stop(),
      system.onReconnect(() => void this.reconcile()),
      this.beats.onBeat((endpointId) => void this.onBeat(endpointId)),
      this.fold.onNotice(({ changes }) => {
        for (const { kind, id } of changes) if (kind === 'endpoint' && (!this.board.has(id) || this.unknown.size > 0)) void this.learn(id);
      }),
    ];
    try {
      await this.reconcile();
      await this.loop.run(signal);
    } finally {
      for (const stop of forget) stop();
    }
  }

  private async reconcile(): Promise<void> {
    try {
      const nkeys = await listConnectedNkeys(this.broker.get().system);
      const now = this.clock.now();
      this.board.reconcile(nkeys, now, now + returnMs);
      this.loop.wake();
    } catch (error) {
      // Beats still tell who is there, and missing ones who is not.
      this.sink.warn({ err: error }, 'the broker did not tell who is connected');
    }
  }

  private onConnection(kind: 'connect' | 'disconnect', nkey: string): void {
    const now = this.clock.now();
    if (kind === 'disconnect') {
      this.unknown.delete(nkey);
      this.board.disconnected(nkey, now);
      return;
    }
    if (this.board.connected(nkey, now)) {
      this.loop.wake();
      return;
    }
    this.unknown.set(nkey, now);
    void this.learnKey(nkey);
  }

  /** An endpoint that has got new keys is known, and its key is not. */
  private async learnKey(nkey: string): Promise<void> {
    if (!this.fold.caughtUp()) return;
    const row = endpointByNkey(await this.fold.reader(), nkey);
    if (row !== undefined) await this.learn(row.id);
  }

  private async onBeat(endpointId: string): Promise<void> {
    if (!this.board.has(endpointId)) await this.learn(endpointId);
    this.board.beat(endpointId, this.clock.now());
  }

  private async learn(endpointId: string): Promise<void> {
    // While the fold is behind nothing is learnt: the next beat or notice asks again.
    if (!this.fold.caughtUp()) return;
    const row = presenceRow(await this.fold.reader(), endpointId);
    if (row === undefined || this.board.hasKey(endpointId, row.nkey)) return;
    this.board.know(row, this.clock.now());
    if (this.unknown.delete(row.nkey)) this.board.connected(row.nkey, this.clock.now());
    this.loop.wake();
  }

  private async record(): Promise<void> {
    const now = this.clock.now();
    for (const [nkey, since] of this.unknown) if (now - since > unknownMs) this.unknown.delete(nkey);
    for (const due of this.board.due(now)) await this.append(due);
  }

  private async append({ endpointId, to, at, reason }: DueTransition): Promise<void> {
    const observedAt = new Date(at).toISOString();
    await this.log.decide(endpointKind, endpointId, {
      principal: systemPrincipal,
      decide: (state) =>
        decideEndpoint(
          to === 'online' ? { type: 'come-online', endpointId, observedAt } : { type: 'go-offline', endpointId, observedAt, reason },
          state,
        ),
    });
    this.board.recorded(endpointId, to, this.clock.now());
  }
}
