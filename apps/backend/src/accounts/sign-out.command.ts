import { Command } from '@nestjs/cqrs';
import type { Identity } from '../http/request-context.ts';

/** End the session whose cookie this is. */
export class SignOutCommand extends Command<void> {
  constructor(
    readonly identity: Identity,
    /** Absent where a token was the proof: there is no session to end then. */
    readonly cookie: string | undefined,
  ) {
    super();
  }
}
