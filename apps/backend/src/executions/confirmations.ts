import { Injectable } from '@nestjs/common';
import type { Confirmation } from '@kanade/contracts';
import type { Origin, Principal } from '../accounts/principal.ts';
import { SignInCheck } from '../accounts/sign-in-check.ts';
import { Clock } from '../clock.ts';
import { Config } from '../config/config.ts';
import { DomainError } from '../domain-error.ts';
import type { CreateExecutionRequest } from './create-execution.command.ts';

/** How recent a proof at the identity provider must be. */
const freshMs = 5 * 60_000;

/** Whoever asks, as far as it matters to what they must prove. */
export interface Asker {
  readonly accountId: string;
  /** When they last proved to their identity provider who they are, Unix ms. */
  readonly provedAt: number | null;
  readonly origin: Origin;
}

interface Asked {
  readonly principal: Principal;
  readonly asker: Asker;
  readonly confirm: CreateExecutionRequest['confirm'];
  readonly targetCount: number;
  /** When the runs expire, Unix ms. */
  readonly expiresAt: number;
}

/** What vouches for an execution over so many endpoints that a session or a token alone is too little. */
@Injectable()
export class Confirmations {
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly check: SignInCheck,
  ) {}

  /** Undefined where nothing is needed; uses up a code. Throws confirmation-required. */
  async of({ principal, asker, confirm, targetCount, expiresAt }: Asked): Promise<Confirmation | undefined> {
    const { over, periodMs } = this.config.confirmation;
    if (confirm?.kind === 'approval') {
      const until = Math.min(this.clock.now() + periodMs, expiresAt);
      return { kind: 'approval', accountId: asker.accountId, until: new Date(until).toISOString() };
    }
    if (over === undefined || targetCount <= over) return undefined;
    if (confirm !== undefined) {
      await this.check.proveCode(principal.username, confirm.code, asker.origin);
      return { kind: 'second-factor' };
    }
    if (this.hasJustProved(asker)) return { kind: 'provider' };
    throw new DomainError(
      'confirmation-required',
      `this would run on ${targetCount} endpoints, and more than ${over} take a code of your second factor, or the approval of somebody else: send the same again with one of them in \`confirm\``,
    );
  }

  /** A provider that is not told what proof to ask for may have asked for a password alone. */
  private hasJustProved({ provedAt }: Asker): boolean {
    const asksForMore = (this.config.oidc?.acrValues.length ?? 0) > 0;
    return asksForMore && provedAt !== null && this.clock.now() - provedAt <= freshMs;
  }
}
