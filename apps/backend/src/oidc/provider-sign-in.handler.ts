import type { Grant } from '@kanade/contracts';
import { decideAccount } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import type { AccountRecord } from '../accounts/identity-records.ts';
import { accountPrincipal, systemPrincipal } from '../accounts/principal.ts';
import type { OpenedFor } from '../accounts/session-answers.ts';
import { Sessions } from '../accounts/sessions.ts';
import { SignInCheck } from '../accounts/sign-in-check.ts';
import { sitesOf } from '../accounts/sites-of-grants.ts';
import { DomainError } from '../domain-error.ts';
import { accountKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { KnownSites } from '../sites/known-sites.ts';
import { IdentityProvider } from './identity-provider.ts';
import type { Vouched } from './identity-provider.ts';
import { ProviderAccounts } from './provider-accounts.ts';
import { ProviderRefusal } from './provider-refusal.ts';
import { ProviderSignInCommand } from './provider-sign-in.command.ts';
import { grantsOf } from './role-mapping.ts';

/** Answers are guessed at under a name that no account can have. */
const guessedAs = ' provider';

@CommandHandler(ProviderSignInCommand)
export class ProviderSignInHandler implements ICommandHandler<ProviderSignInCommand> {
  constructor(
    private readonly provider: IdentityProvider,
    private readonly accounts: ProviderAccounts,
    private readonly check: SignInCheck,
    private readonly sites: KnownSites,
    private readonly sessions: Sessions,
    private readonly log: ControlLog,
  ) {}

  async execute({ settings, ticket, query, visitor }: ProviderSignInCommand): Promise<OpenedFor> {
    this.check.assertMayTry(guessedAs, visitor.address);
    const vouched = await this.provider.end(settings, query, ticket).catch((error: unknown) => {
      if (error instanceof ProviderRefusal && error.problem === 'refused') this.check.refused(guessedAs, visitor.address, undefined, error);
      throw error;
    });
    const account = await this.accountOf(vouched, grantsOf(settings.mapping, vouched.claims), vouched.claims[settings.usernameClaim]);
    const opened = await this.sessions.open(account, visitor, vouched.provedAt);
    const { accountId } = account;
    const { sessionId } = opened.session;
    await this.log.decide(accountKind, accountId, {
      principal: accountPrincipal(account, visitor),
      decide: (state) => decideAccount({ type: 'sign-in', accountId, sessionId, interface: 'console' }, state),
    });
    return { ...opened, account };
  }

  private async accountOf({ issuer, subject }: Vouched, grants: readonly Grant[], name: unknown): Promise<AccountRecord> {
    const provider = { issuer, subject };
    const known = await this.accounts.find(provider);
    if (grants.length === 0) {
      if (known !== undefined) await this.accounts.empty(known);
      throw new ProviderRefusal('no-role', `the identity provider gives ${known?.username ?? String(name)} no role that KANADE_OIDC_ROLES_FILE maps`, known);
    }
    await this.sites.check(systemPrincipal, sitesOf(grants)).catch((error: unknown) => {
      throw error instanceof DomainError && error.code === 'invalid-request' ? new ProviderRefusal('bad-role', `a role in KANADE_OIDC_ROLES_FILE cannot be given: ${error.message}`, { cause: error }) : error;
    });
    if (known?.disabled === true) throw new ProviderRefusal('disabled', `the account ${known.username} is disabled`, known);
    const account = known ?? (await this.accounts.create(provider, name, grants));
    await this.accounts.give(account, grants);
    return { ...account, grants: [...grants] };
  }
}
