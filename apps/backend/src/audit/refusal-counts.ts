import { Injectable } from '@nestjs/common';
import type { ProblemCode } from '@kanade/contracts';
import { decideAccount, decideRefusals } from '@kanade/domain';
import { principalText, strangerPrincipal } from '../accounts/principal.ts';
import type { Principal } from '../accounts/principal.ts';
import { Clock } from '../clock.ts';
import { accountKind, auditKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { Log } from '../log.ts';

const flushMs = 60_000;
/** How many kinds of refusals are counted apart at a time; where they come from does not matter for those beyond. */
const mostCounted = 2000;

export interface Refusal {
  /** Who asked, with where from; the stranger where nobody known did. */
  readonly principal: Principal;
  /** The account a stranger wanted to be, where there is one. */
  readonly accountId: string | undefined;
  readonly operation: string;
  readonly code: ProblemCode;
  readonly target: { readonly kind: string; readonly id: string } | null;
}

interface Counted {
  readonly refusal: Refusal;
  /** How many are not written down yet, and since when. */
  count: number;
  since: string;
}

function keyOf({ principal, accountId, operation, code }: Refusal): string {
  const { origin } = principal;
  return JSON.stringify([principalText(principal), accountId, operation, code, origin?.address, origin?.interface]);
}

/** Without where it came from: there can be as many addresses as somebody likes. */
function fromAnywhere(refusal: Refusal): Refusal {
  return { ...refusal, principal: { ...refusal.principal, origin: undefined } };
}

/** Writes refusals down: the first of a kind at once, and then one event a minute at most, so that nobody can fill the record by being refused. */
@Injectable()
export class RefusalCounts {
  private readonly counted = new Map<string, Counted>();
  private writing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly log: ControlLog,
    private readonly clock: Clock,
    private readonly sink: Log,
  ) {}

  add(given: Refusal): void {
    const refusal = this.counted.size < mostCounted || this.counted.has(keyOf(given)) ? given : fromAnywhere(given);
    const known = this.counted.get(keyOf(refusal));
    if (known !== undefined) {
      if (known.count === 0) known.since = this.clock.iso();
      known.count += 1;
      return;
    }
    const first: Counted = { refusal, count: 1, since: this.clock.iso() };
    this.counted.set(keyOf(refusal), first);
    this.write(first);
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
    for (const [key, one] of this.counted) {
      // What was not refused for a while is at once told again.
      if (one.count === 0) this.counted.delete(key);
      else this.write(one);
    }
    await this.writing;
  }

  /** One after the other: at the same time they would only be in each other's way. */
  private write(one: Counted): void {
    const { count, since } = one;
    one.count = 0;
    this.writing = this.writing.then(async () => {
      try {
        await this.append(one.refusal, count, since);
      } catch (error) {
        // Nothing is lost: it is counted into the next minute.
        one.count += count;
        one.since = since;
        this.counted.set(keyOf(one.refusal), one);
        this.sink.warn({ err: error, operation: one.refusal.operation }, 'refusals could not be recorded yet');
      }
    });
  }

  private async append({ principal, accountId, operation, code, target }: Refusal, count: number, since: string): Promise<void> {
    if (accountId !== undefined) {
      await this.log.decide(accountKind, accountId, { principal, decide: (state) => decideAccount({ type: 'count-refusals', accountId, count, since }, state) });
      return;
    }
    const id = principal.kind === strangerPrincipal.kind ? 'strangers' : principal.id;
    await this.log.decide(auditKind, id, { principal, decide: () => decideRefusals({ operation, code, target: target && { ...target }, count, since }) });
  }
}
