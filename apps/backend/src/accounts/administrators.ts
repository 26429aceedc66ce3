import { Injectable } from '@nestjs/common';
import { administersAll } from '@kanade/domain';
import { Broker } from '../broker/broker.ts';
import { DomainError } from '../domain-error.ts';
import { AccountRecords } from './account-records.ts';
import { administratorsRecordSchema, readRecord, recordKeys } from './identity-records.ts';

const attempts = 10;

/** Who may administer everything. Whoever is to lose that leaves here first, so that two at the same time cannot leave nobody. */
@Injectable()
export class Administrators {
  constructor(
    private readonly broker: Broker,
    private readonly accounts: AccountRecords,
  ) {}

  join(accountId: string): Promise<boolean> {
    return this.change((known) => [...known.filter((id) => id !== accountId), accountId]);
  }

  /** False, and nothing changed, when nobody would be left. */
  leave(accountId: string): Promise<boolean> {
    return this.change((known) => known.filter((id) => id !== accountId));
  }

  private async change(change: (known: readonly string[]) => readonly string[]): Promise<boolean> {
    const { identities } = this.broker.get();
    const key = recordKeys.administrators;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const before = await readRecord(identities, key, administratorsRecordSchema);
      const accountIds = change(before?.value.accountIds ?? (await this.found()));
      if (accountIds.length === 0) return false;
      const stored = before === undefined ? await identities.create(key, { accountIds }) : await identities.update(key, { accountIds }, before.revision);
      if (stored !== undefined) return true;
    }
    throw new DomainError('conflict', 'others keep changing the administrators at the same time; try again', { retryable: true });
  }

  private async found(): Promise<string[]> {
    return (await this.accounts.all()).filter(({ disabled, grants }) => !disabled && administersAll(grants)).map(({ accountId }) => accountId);
  }
}
