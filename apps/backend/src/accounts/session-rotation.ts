import { Injectable } from '@nestjs/common';
import { AccountRecords } from './account-records.ts';
import { Authenticator } from './authenticator.ts';
import { DomainError } from '../domain-error.ts';
import type { AccountRecord } from './identity-records.ts';
import type { OpenedFor } from './session-answers.ts';
import { Sessions } from './sessions.ts';
import type { Visitor } from './sessions.ts';

/** Changes what a sign-in needs: whoever does so keeps the one session that asked, under another cookie. */
@Injectable()
export class SessionRotation {
  constructor(
    private readonly accounts: AccountRecords,
    private readonly authenticator: Authenticator,
    private readonly sessions: Sessions,
  ) {}

  /** Every session ends but a new one for `visitor`; `change` may refuse with undefined, when the record is no longer what was decided on. */
  async change(username: string, visitor: Visitor, change: (record: AccountRecord) => Partial<AccountRecord> | undefined): Promise<OpenedFor> {
    const account = await this.accounts.change(username, (record) => {
      const changes = change(record);
      return changes && { ...record, ...changes, epoch: record.epoch + 1 };
    });
    if (account === undefined) throw new DomainError('conflict', 'the account was changed at the same time; try again', { retryable: true });
    const opened = await this.sessions.open(account, visitor);
    this.authenticator.forget();
    await this.sessions.sweep(account);
    return { ...opened, account };
  }
}
