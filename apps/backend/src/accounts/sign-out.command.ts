import { Command } from '@nestjs/cqrs';
import type { Principal } from './principal.ts';

/** A session that its holder ends, by the cookie that carries it. */
export interface EndingSession {
  readonly principal: Principal;
  readonly accountId: string;
  readonly sessionId: string;
  readonly cookie: string;
}

/** Sign out. */
export class SignOutCommand extends Command<void> {
  constructor(readonly session: EndingSession) {
    super();
  }
}
