import { Injectable } from '@nestjs/common';
import { usernameSchema } from '@kanade/contracts';
import type { AccountProvider, Grant } from '@kanade/contracts';
import { decideAccount } from '@kanade/domain';
import { AccountGrants } from '../accounts/account-grants.ts';
import { AccountRecords, newAccountRecord } from '../accounts/account-records.ts';
import { Authenticator } from '../accounts/authenticator.ts';
import { providerIdentityRecordSchema, readRecord, recordKeys } from '../accounts/identity-records.ts';
import type { AccountRecord } from '../accounts/identity-records.ts';
import { systemPrincipal } from '../accounts/principal.ts';
import { Sessions } from '../accounts/sessions.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { accountHistoryKind, accountKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { ProviderRefusal } from './provider-refusal.ts';

const sameProvider = (account: AccountRecord, { issuer, subject }: AccountProvider): boolean =>
  account.provider?.issuer === issuer && account.provider.subject === subject;

/** The accounts an identity provider vouches for: found by issuer and subject, and by nothing else that it says. */
@Injectable()
export class ProviderAccounts {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly accounts: AccountRecords,
    private readonly grants: AccountGrants,
    private readonly sessions: Sessions,
    private readonly authenticator: Authenticator,
    private readonly log: ControlLog,
  ) {}

  async find(provider: AccountProvider): Promise<AccountRecord | undefined> {
    const known = await readRecord(this.broker.get().identities, recordKeys.providerIdentity(provider), providerIdentityRecordSchema);
    const account = known && (await this.accounts.find(known.value.username));
    return account !== undefined && sameProvider(account, provider) ? account : undefined;
  }

  /** Makes the account of somebody who is here for the first time. Throws a ProviderRefusal where the name is somebody else's. */
  async create(provider: AccountProvider, wanted: unknown, grants: readonly Grant[]): Promise<AccountRecord> {
    const name = usernameSchema.safeParse(wanted);
    if (!name.success) throw new ProviderRefusal('bad-name', `the identity provider calls somebody ${JSON.stringify(wanted)}, which is no user name; KANADE_OIDC_USERNAME_CLAIM names another claim`);
    const username = name.data;
    const fresh = newAccountRecord({ username, grants, passwordHash: null, provider, now: this.clock.now() });
    // The record makes the name its own. One that is there already is this person's only if a request before this one got no further.
    const account = (await this.accounts.create(fresh)) ? fresh : await this.accounts.find(username);
    if (account === undefined || !sameProvider(account, provider)) {
      throw new ProviderRefusal('name-taken', `the identity provider calls somebody ${username}, and there is another account of that name`);
    }
    const { accountId } = account;
    await this.log.decide(accountHistoryKind, accountId, {
      principal: systemPrincipal,
      decide: (state) => decideAccount({ type: 'create', accountId, username, grants, provider }, state),
    });
    await this.broker.get().identities.create(recordKeys.providerIdentity(provider), { accountId, username });
    return account;
  }

  /** What the provider's roles come to now; an event only where it is something else than before. */
  async give(account: AccountRecord, grants: readonly Grant[]): Promise<void> {
    await this.grants.give(systemPrincipal, account, grants).catch((error: unknown) => {
      if (error instanceof DomainError && error.code === 'last-administrator') throw new ProviderRefusal('last-administrator', error.message, { cause: error, accountId: account.accountId });
      throw error;
    });
  }

  /** Takes from somebody what the provider no longer gives them: every role, and with them every session. */
  async empty(account: AccountRecord): Promise<void> {
    const { accountId, username } = account;
    await this.log.decide(accountKind, accountId, { principal: systemPrincipal, decide: (state) => decideAccount({ type: 'end-sessions', accountId, sessionIds: null }, state) });
    const changed = await this.accounts.change(username, (record) => ({ ...record, epoch: record.epoch + 1 }));
    this.authenticator.forget();
    if (changed !== undefined) await this.sessions.sweep(changed);
    await this.give(account, []);
  }
}
