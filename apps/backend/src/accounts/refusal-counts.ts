import { Injectable } from '@nestjs/common';
import { decideAccount } from '@kanade/domain';
import { Clock } from '../clock.ts';
import { accountKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { Log } from '../log.ts';
import { systemPrincipal } from './principal.ts';

const flushMs = 60_000;

interface Count {
  count: number;
  readonly since: string;
}

/** Refused sign-ins of accounts that exist, one event a minute at most: a guesser cannot fill the record. */
@Injectable()
export class RefusalCounts {
  private counts = new Map<string, Count>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly log: ControlLog,
    private readonly clock: Clock,
    private readonly sink: Log,
  ) {}

  add(accountId: string): void {
    const known = this.counts.get(accountId);
    if (known === undefined) this.counts.set(accountId, { count: 1, since: this.clock.iso() });
    else known.count += 1;
  }

  start(): void {
    this.timer ??= setInterval(() => void this.flush(), flushMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.flush();
  }

  /** Writes what was counted since the last time. */
  async flush(): Promise<void> {
    const counted = this.counts;
    this.counts = new Map();
    for (const [accountId, { count, since }] of counted) {
      try {
        await this.log.decide(accountKind, accountId, {
          principal: systemPrincipal,
          decide: (state) => decideAccount({ type: 'count-refusals', accountId, count, since }, state),
        });
      } catch (error) {
        // Nothing is lost: it is counted into the next minute.
        const again = this.counts.get(accountId);
        this.counts.set(accountId, { count: count + (again?.count ?? 0), since });
        this.sink.warn({ err: error, accountId }, 'refused sign-ins could not be recorded yet');
      }
    }
  }
}
