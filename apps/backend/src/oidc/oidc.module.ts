import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { IdentityProvider } from './identity-provider.ts';
import { OidcController } from './oidc.controller.ts';
import { ProviderAccounts } from './provider-accounts.ts';
import { ProviderSignInHandler } from './provider-sign-in.handler.ts';
import { SignInTickets } from './sign-in-ticket.ts';

@Module({ imports: [AccountsModule, AuditModule], controllers: [OidcController], providers: [IdentityProvider, ProviderAccounts, ProviderSignInHandler, SignInTickets] })
export class OidcModule {}
