import { Injectable } from '@nestjs/common';
import { pushRevocations, readRevokedNkeys, renewalJwtLifetimeMs } from '@kanade/messaging';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { FoldAccess } from '../history/fold-access.ts';
import type { ProcessManager } from '../leader/process-manager.ts';
import { WorkLoop } from '../leader/work-loop.ts';
import { Log } from '../log.ts';
import { EndpointIdentities } from './endpoint-identities.ts';
import { revokedKeys, revokedKeyCount } from './endpoint.reads.ts';

const periodMs = 15_000;
/** A JWT lives no longer than this, so that of a key revoked before nothing is left that the broker would have to turn away. */
const livesMs = renewalJwtLifetimeMs + 86_400_000;

/**
 * Has the broker turn away every key that the history says is revoked. What is wanted is read from folded events and compared with what the
 * broker has, at every start and reconnect and now and then: what a crash, a restored broker or an older account JWT lost is done again.
 */
@Injectable()
export class Revoker implements ProcessManager {
  readonly name = 'revoker';
  /** How many revoked keys the last pass has seen. */
  private seen = 0;
  private readonly loop: WorkLoop;

  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly fold: FoldAccess,
    private readonly identities: EndpointIdentities,
    private readonly sink: Log,
  ) {
    this.loop = new WorkLoop({ name: this.name, periodMs, log: sink, work: () => this.revokeAll() });
  }

  async run(signal: AbortSignal): Promise<void> {
    const forget = [
      this.broker.get().system.onReconnect(() => this.loop.wake()),
      this.fold.onNotice(({ changes }) => {
        if (changes.some(({ kind }) => kind === 'endpoint')) void this.look().catch(() => this.loop.wake());
      }),
    ];
    try {
      await this.loop.run(signal);
    } finally {
      for (const stop of forget) stop();
    }
  }

  /** Endpoints change all the time, and are seldom revoked. */
  private async look(): Promise<void> {
    if (revokedKeyCount(await this.fold.reader()) !== this.seen) this.loop.wake();
  }

  private async revokeAll(): Promise<void> {
    const { system, brokerKeys } = this.broker.get();
    const rows = revokedKeys(await this.fold.settled());
    this.seen = rows.length;
    const turnedAway = await readRevokedNkeys(system);
    const oldest = this.clock.now() - livesMs;
    const wanted = rows.filter(({ revokedAt }) => revokedAt >= oldest);
    // Identity record first: nobody gets new JWTs while the broker is told.
    for (const { endpointId, nkey, revokedAt } of wanted) {
      if (!turnedAway.has(nkey)) await this.identities.revoke(endpointId, nkey, new Date(revokedAt).toISOString());
    }
    const pushed = await pushRevocations(system, brokerKeys.operator, {
      revoked: new Map(wanted.map(({ nkey, revokedAt }) => [nkey, revokedAt + livesMs])),
      outlived: new Set(rows.filter(({ revokedAt }) => revokedAt < oldest).map(({ nkey }) => nkey)),
    });
    if (pushed) this.sink.info({ keys: wanted.filter(({ nkey }) => !turnedAway.has(nkey)).length }, 'the broker turns revoked keys away');
  }
}
