import { Command } from '@nestjs/cqrs';
import type { recoveryCodesSchema, secondFactorOfferSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Identity } from '../http/request-context.ts';
import type { Origin } from './principal.ts';
import type { OpenedFor } from './session-answers.ts';
import type { Visitor } from './sessions.ts';

/** Somebody who signed in with a session, and from where. */
export interface OwnSession {
  readonly identity: Identity & { readonly sessionId: string };
  readonly visitor: Visitor;
}

/** Change one's own password; every other session ends, and this one gets another cookie. */
export class ChangePasswordCommand extends Command<OpenedFor> {
  constructor(
    readonly own: OwnSession,
    readonly currentPassword: string,
    readonly newPassword: string,
  ) {
    super();
  }
}

/** Set a password with a link. */
export class SetPasswordCommand extends Command<void> {
  constructor(
    readonly token: string,
    readonly password: string,
    readonly origin: Origin,
  ) {
    super();
  }
}

/** See a new second factor's secret, to be confirmed by a code. */
export class OfferSecondFactorCommand extends Command<z.infer<typeof secondFactorOfferSchema>> {
  constructor(
    readonly own: OwnSession,
    readonly password: string,
  ) {
    super();
  }
}

/** Recovery codes, and the session that takes the place of all others. */
export interface ConfirmedSecondFactor extends OpenedFor {
  readonly answer: z.infer<typeof recoveryCodesSchema>;
}

/** Make the second factor that was offered count. */
export class ConfirmSecondFactorCommand extends Command<ConfirmedSecondFactor> {
  constructor(
    readonly own: OwnSession,
    readonly code: string,
  ) {
    super();
  }
}

/** Sign in with the password alone from now on. */
export class DisableSecondFactorCommand extends Command<OpenedFor> {
  constructor(
    readonly own: OwnSession,
    readonly password: string,
  ) {
    super();
  }
}

/** End one of one's own sessions, or all but the one that asks. */
export class EndOwnSessionsCommand extends Command<void> {
  constructor(
    readonly identity: Identity & { readonly sessionId: string },
    readonly which: { readonly sessionId: string } | 'others',
  ) {
    super();
  }
}
