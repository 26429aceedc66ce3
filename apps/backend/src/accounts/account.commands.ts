import { Command } from '@nestjs/cqrs';
import type { acceptedSchema, Grant } from '@kanade/contracts';
import type { z } from 'zod';
import type { PasswordLink } from './password-links.ts';
import type { Principal } from './principal.ts';

export type Accepted = z.infer<typeof acceptedSchema>;

/** Make an account; it has no password until its holder has used the link. */
export class CreateAccountCommand extends Command<PasswordLink> {
  constructor(
    readonly principal: Principal,
    readonly username: string,
    readonly grants: readonly Grant[],
  ) {
    super();
  }
}

/** Give an account these grants and no others. */
export class SetGrantsCommand extends Command<Accepted> {
  constructor(
    readonly principal: Principal,
    readonly username: string,
    readonly grants: readonly Grant[],
  ) {
    super();
  }
}

/** Let nobody in with an account any more, or again. */
export class SwitchAccountCommand extends Command<Accepted> {
  constructor(
    readonly principal: Principal,
    readonly username: string,
    readonly to: 'disabled' | 'enabled',
  ) {
    super();
  }
}

/** End an account's password and sessions, for a link with which its holder sets a new one. */
export class ResetAccountCommand extends Command<PasswordLink> {
  constructor(
    readonly principal: Principal,
    readonly username: string,
    readonly removeSecondFactor: boolean,
  ) {
    super();
  }
}

/** End every session of an account. */
export class EndAccountSessionsCommand extends Command<Accepted> {
  constructor(
    readonly principal: Principal,
    readonly username: string,
  ) {
    super();
  }
}
