import { administersAll, decideAccount } from '@kanade/domain';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { accountHistoryKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { CreateAccountCommand } from './account.commands.ts';
import { AccountRecords, newAccountRecord } from './account-records.ts';
import { Administrators } from './administrators.ts';
import type { AccountRecord } from './identity-records.ts';
import { PasswordLinks } from './password-links.ts';
import type { PasswordLink } from './password-links.ts';
import { KnownSites } from '../sites/known-sites.ts';
import { sitesOf } from './sites-of-grants.ts';

@CommandHandler(CreateAccountCommand)
export class CreateAccountHandler implements ICommandHandler<CreateAccountCommand> {
  constructor(
    private readonly sites: KnownSites,
    private readonly clock: Clock,
    private readonly accounts: AccountRecords,
    private readonly administrators: Administrators,
    private readonly links: PasswordLinks,
    private readonly log: ControlLog,
  ) {}

  async execute({ principal, username, grants }: CreateAccountCommand): Promise<PasswordLink> {
    await this.sites.check(principal, sitesOf(grants));
    const record = await this.claim(newAccountRecord({ username, grants, passwordHash: null, now: this.clock.now() }));
    const { accountId } = record;
    await this.log.decide(accountHistoryKind, accountId, {
      principal,
      decide: (state) => decideAccount({ type: 'create', accountId, username: record.username, grants }, state),
    });
    await this.accounts.change(username, (claimed) => ({ ...claimed, grants: [...grants] }));
    if (administersAll(grants)) await this.administrators.join(accountId);
    return this.links.make(principal, record, { reason: 'created', removeSecondFactor: false });
  }

  /** The record makes the name its own; one that was made by a request that got no further, and has no event, is taken over. */
  private async claim(record: AccountRecord): Promise<AccountRecord> {
    if (await this.accounts.create(record)) return record;
    const known = await this.accounts.get(record.username);
    const { state } = await this.log.load(accountHistoryKind, known.accountId);
    if (state.exists || known.provider !== null) throw new DomainError('username-taken', `there is an account ${known.username} already; choose another name, or enable that one: kanade user enable ${known.username}`);
    return known;
  }
}
