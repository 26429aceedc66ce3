import { Command } from '@nestjs/cqrs';
import type { sessionViewSchema } from '@kanade/contracts';
import type { z } from 'zod';

export type SessionView = z.infer<typeof sessionViewSchema>;

/** A new session: what its cookie carries (a secret), and what may be shown of it. */
export interface SignedIn {
  readonly cookie: string;
  readonly view: SessionView;
}

/** Prove who one is by a password, for a session. */
export class SignInCommand extends Command<SignedIn> {
  constructor(
    readonly username: string,
    readonly password: string,
    /** The address the request came from, for throttling. */
    readonly source: string,
  ) {
    super();
  }
}
