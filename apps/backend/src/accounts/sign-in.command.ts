import { Command } from '@nestjs/cqrs';
import type { Visitor } from './sessions.ts';
import type { OpenedFor } from './session-answers.ts';
import type { Credentials } from './sign-in-check.ts';

/** Prove who one is, for a session. */
export class SignInCommand extends Command<OpenedFor> {
  constructor(
    readonly credentials: Credentials,
    readonly visitor: Visitor,
  ) {
    super();
  }
}
