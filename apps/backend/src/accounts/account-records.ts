import { Injectable } from '@nestjs/common';
import type { AccountProvider, Grant } from '@kanade/contracts';
import { Broker } from '../broker/broker.ts';
import { DomainError } from '../domain-error.ts';
import { newId } from '../history/uuid.ts';
import { accountRecordSchema, readRecord, recordKeys } from './identity-records.ts';
import type { AccountRecord } from './identity-records.ts';

const attempts = 10;

interface NewAccount {
  readonly username: string;
  readonly grants: readonly Grant[];
  readonly passwordHash: string | null;
  readonly provider?: AccountProvider;
  /** Unix ms. */
  readonly now: number;
}

/** The record of an account that has not been used yet. */
export function newAccountRecord({ username, grants, passwordHash, provider, now }: NewAccount): AccountRecord {
  return {
    accountId: newId(now), username, passwordHash, createdAt: new Date(now).toISOString(), provider: provider ?? null, grants: [...grants], disabled: false, epoch: 0, passwordLinkId: null,
    secondFactor: null, offer: null,
  };
}

/** The refusal of what an identity provider decides. */
export function ofProvider(username: string, what: string): DomainError {
  return new DomainError('provider-account', `the identity provider vouches for ${username} and decides ${what}; change it there`);
}

/** The stored records of accounts, by user name. */
@Injectable()
export class AccountRecords {
  constructor(private readonly broker: Broker) {}

  async find(username: string): Promise<AccountRecord | undefined> {
    return (await readRecord(this.broker.get().identities, recordKeys.account(username), accountRecordSchema))?.value;
  }

  /** Throws not-found. */
  async get(username: string): Promise<AccountRecord> {
    const record = await this.find(username);
    if (record === undefined) throw new DomainError('not-found', `there is no account ${username}; see the accounts with: kanade user list`);
    return record;
  }

  async all(): Promise<AccountRecord[]> {
    const { records } = await this.broker.get().identities.list('account');
    return records.map(({ value }) => accountRecordSchema.parse(value));
  }

  /** False when the name is taken. */
  async create(record: AccountRecord): Promise<boolean> {
    return (await this.broker.get().identities.create(recordKeys.account(record.username), record)) !== undefined;
  }

  /** Replaces a record by what `change` makes of its newest state, asked again when somebody else was first; undefined from it changes nothing. */
  async change(username: string, change: (record: AccountRecord) => AccountRecord | undefined): Promise<AccountRecord | undefined> {
    const { identities } = this.broker.get();
    const key = recordKeys.account(username);
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const before = await readRecord(identities, key, accountRecordSchema);
      const after = before && change(before.value);
      if (before === undefined || after === undefined) return undefined;
      if ((await identities.update(key, after, before.revision)) !== undefined) return after;
    }
    throw new DomainError('conflict', `others keep changing the account ${username} at the same time; try again`, { retryable: true });
  }
}
