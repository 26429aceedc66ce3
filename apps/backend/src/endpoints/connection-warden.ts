import { Injectable } from '@nestjs/common';
import { decideEndpoint } from '@kanade/domain';
import { kickConnections, watchConnections } from '@kanade/messaging';
import type { ConnectionCounts } from '@kanade/messaging';
import { systemPrincipal } from '../accounts/principal.ts';
import { Broker } from '../broker/broker.ts';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { endpointByNkey } from '../projections/process-reads.ts';
import { Seldom } from '../seldom.ts';

const periodMs = 60_000;
/** An agent has one, for a moment two; one that a bad line has broken the broker closes within a minute, and the agent is back no more than twice in it. */
export const connectionsOfOne = 8;
/** Machines that enrol by one token at the same time; each is there for a moment. */
export const connectionsOfToken = 200;

/**
 * Finds out who has many connections open at once, which is how one credential could take the room for connections from all others. They are
 * cut, again and again, and an endpoint is held until an operator says otherwise. Events of connections only raise the suspicion: the broker
 * is asked before anything is done, as one that is lost must cost nobody its standing.
 */
@Injectable()
export class ConnectionWarden implements ProcessManager {
  readonly name = 'connection warden';
  private readonly suspected = new Set<string>();
  private readonly loop: WorkLoop;
  private readonly told = new Seldom();
  private watch: ConnectionCounts | undefined;

  constructor(
    private readonly broker: Broker,
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
    private readonly sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: () => this.judgeAll() });
  }

  async run(signal: AbortSignal): Promise<void> {
    const suspect = (nkey: string): void => {
      this.suspected.add(nkey);
      this.loop.wake();
    };
    // Not told now is told with the next reconnect, or by the next that comes.
    const failed = (error: unknown) => this.sink.warn({ err: error }, 'the broker did not tell who is connected');
    this.watch = watchConnections(this.broker.get().system, connectionsOfOne, suspect, failed);
    try {
      await this.loop.run(signal);
    } finally {
      this.watch.stop();
      this.suspected.clear();
    }
  }

  private async judgeAll(): Promise<void> {
    for (const nkey of [...this.suspected]) {
      // Before it is looked at: what comes meanwhile raises the suspicion anew.
      this.suspected.delete(nkey);
      try {
        await this.judge(nkey);
      } catch (error) {
        this.suspected.add(nkey);
        throw error;
      }
    }
  }

  private async judge(nkey: string): Promise<void> {
    const endpointId = endpointByNkey(await this.fold.reader(), nkey)?.id;
    const limit = endpointId === undefined ? connectionsOfToken : connectionsOfOne;
    if (this.watch === undefined || this.watch.seen(nkey) <= limit || (await this.watch.count(nkey)) <= limit) return;
    if (endpointId !== undefined) await this.hold(endpointId);
    const cut = await kickConnections(this.broker.get().system, nkey);
    if (this.told.may(nkey)) this.sink.warn({ endpointId, nkey, cut, allowed: limit }, 'a key has too many connections open at once: they are cut, also those that come anew');
  }

  private async hold(endpointId: string): Promise<void> {
    const detail = `it had more than ${connectionsOfOne} connections open at once`;
    const { events } = await this.log.decide(endpointKind, endpointId, {
      principal: systemPrincipal,
      decide: (state) => decideEndpoint({ type: 'hold', endpointId, cause: 'connections', detail, until: null }, state),
    });
    if (events.length > 0) this.sink.warn({ endpointId, cause: 'connections', detail }, 'an endpoint is held: its events are not let through');
  }
}
