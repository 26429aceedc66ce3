import { Injectable } from '@nestjs/common';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { AccountRecords } from './account-records.ts';
import type { AccountRecord } from './identity-records.ts';
import { Passwords } from './passwords.ts';
import type { Origin } from './principal.ts';
import { SecondFactors } from './second-factors.ts';
import { SignInThrottle } from './sign-in-throttle.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** A one-time password or recovery code, in the second step. */
  readonly code?: string | undefined;
}

/** Tells an account's owner from everybody else; until the password is right, all failures look and take the same. */
@Injectable()
export class SignInCheck {
  constructor(
    private readonly clock: Clock,
    private readonly accounts: AccountRecords,
    private readonly passwords: Passwords,
    private readonly secondFactors: SecondFactors,
    private readonly throttle: SignInThrottle,
  ) {}

  /** Both factors, for a session or a token. */
  async check({ username, password, code }: Credentials, origin: Origin): Promise<AccountRecord> {
    const { address: source } = origin;
    this.assertMayTry(username, source);
    const record = await this.accounts.find(username);
    const proved = await this.passwords.verify(record?.passwordHash ?? undefined, password, source);
    if (!proved || record === undefined || record.disabled) throw this.refused(username, source, record, new DomainError('sign-in-failed', 'name or password is wrong'));
    if (record.secondFactor !== null) {
      if (code === undefined) throw new DomainError('second-factor-required', 'this account has a second factor: send the same again with its code in `code`');
      if (!(await this.secondFactors.accept(username, code, origin))) {
        throw this.refused(username, source, record, new DomainError('second-factor-failed', 'the code is wrong or was used already; wait for the next one, or use a recovery code'));
      }
    }
    this.throttle.succeeded(username, source);
    return record;
  }

  /** The password once more, from somebody who is signed in, before what a borrowed session must not do. */
  async provePassword(username: string, password: string, source: string): Promise<AccountRecord> {
    this.assertMayTry(username, source);
    const record = await this.accounts.get(username);
    if (!(await this.passwords.verify(record.passwordHash ?? undefined, password, source))) {
      throw this.refused(username, source, record, new DomainError('password-wrong', 'the current password is wrong'));
    }
    this.throttle.succeeded(username, source);
    return record;
  }

  /** A code of the second factor, from somebody who is known already, before what a borrowed session or token must not do; it is used up. */
  async proveCode(username: string, code: string, origin: Origin): Promise<void> {
    const { address: source } = origin;
    this.assertMayTry(username, source);
    const record = await this.accounts.get(username);
    if (record.secondFactor === null) throw new DomainError('confirmation-required', 'your account has no second factor: set one up in the console, or ask for the approval of somebody else');
    if (!(await this.secondFactors.accept(username, code, origin))) {
      throw this.refused(username, source, record, new DomainError('second-factor-failed', 'the code is wrong or was used already; wait for the next one, or use a recovery code'));
    }
    this.throttle.succeeded(username, source);
  }

  /** Throws too-many-attempts while this source has to wait. */
  assertMayTry(username: string, source: string): void {
    const wait = this.throttle.wait(username, source, this.clock.now());
    if (wait === 0) return;
    const seconds = Math.ceil(wait / 1000);
    throw new DomainError('too-many-attempts', `too many failed attempts from here; try again in ${seconds} s`, { retryable: true, details: { retryAfterSeconds: seconds } });
  }

  /** Counts a refusal against who guesses; the answer carries, for the record and not for the wire, which account it was about. */
  refused(username: string, source: string, record: AccountRecord | undefined, refusal: DomainError): DomainError {
    this.throttle.failed(username, source, this.clock.now());
    return record === undefined ? refusal : new DomainError(refusal.code, refusal.message, { details: { accountId: record.accountId } });
  }
}
