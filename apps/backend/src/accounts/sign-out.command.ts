import { Command } from '@nestjs/cqrs';
import type { Identity } from '../http/request-context.ts';

/** End the session the request came with. */
export class SignOutCommand extends Command<void> {
  constructor(readonly identity: Identity) {
    super();
  }
}
