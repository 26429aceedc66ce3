import { Command } from '@nestjs/cqrs';
import type { OpenedFor } from '../accounts/session-answers.ts';
import type { Visitor } from '../accounts/sessions.ts';
import type { OidcSettings } from './oidc-settings.ts';
import type { SignInTicket } from './sign-in-ticket.ts';

/** End a sign-in at the identity provider with a session; refused with a ProviderRefusal. */
export class ProviderSignInCommand extends Command<OpenedFor> {
  constructor(
    readonly settings: OidcSettings,
    readonly ticket: SignInTicket,
    /** The query of the address the provider sent the browser back to, with its `?`. */
    readonly query: string,
    readonly visitor: Visitor,
  ) {
    super();
  }
}
