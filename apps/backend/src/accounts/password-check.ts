import { Injectable } from '@nestjs/common';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { accountRecordSchema, readRecord, recordKeys } from './identity-records.ts';
import type { AccountRecord } from './identity-records.ts';
import { Passwords } from './passwords.ts';
import { RefusalCounts } from './refusal-counts.ts';
import { SignInThrottle } from './sign-in-throttle.ts';

/** Tells an account's owner from everybody else, by the password; all failures look and take the same. */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly passwords: Passwords,
    private readonly throttle: SignInThrottle,
    private readonly refusals: RefusalCounts,
  ) {}

  async check(username: string, password: string, source: string): Promise<AccountRecord> {
    const wait = this.throttle.wait(username, source, this.clock.now());
    if (wait > 0) {
      const seconds = Math.ceil(wait / 1000);
      throw new DomainError('too-many-attempts', `too many failed sign-ins from here; try again in ${seconds} s`, {
        retryable: true,
        details: { retryAfterSeconds: seconds },
      });
    }
    const record = await readRecord(this.broker.get().identities, recordKeys.account(username), accountRecordSchema);
    if (await this.passwords.verify(record?.value.passwordHash, password)) {
      if (record !== undefined) {
        this.throttle.succeeded(username, source);
        return record.value;
      }
    }
    this.throttle.failed(username, source, this.clock.now());
    if (record !== undefined) this.refusals.add(record.value.accountId);
    throw new DomainError('sign-in-failed', 'name or password is wrong');
  }
}
