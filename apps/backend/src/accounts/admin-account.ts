import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { shortestPassword } from '@kanade/contracts';
import { decideAccount } from '@kanade/domain';
import { Clock } from '../clock.ts';
import { Config } from '../config/config.ts';
import { accountHistoryKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { Log } from '../log.ts';
import { AccountRecords, newAccountRecord } from './account-records.ts';
import type { AccountRecord } from './identity-records.ts';
import { Passwords } from './passwords.ts';
import { systemPrincipal } from './principal.ts';

const username = 'admin';

/** Makes the first account, with the password its owner was given in a file of their own; there is no default one. */
@Injectable()
export class AdminAccount {
  constructor(
    private readonly accounts: AccountRecords,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly passwords: Passwords,
    private readonly log: ControlLog,
    private readonly sink: Log,
  ) {}

  async ensure(): Promise<void> {
    const known = (await this.accounts.find(username)) ?? (await this.create());
    if (known === undefined) return;
    const { accountId, grants } = known;
    // Repeated at every start: an account whose event was lost between the two writes gets it now.
    await this.log.decide(accountHistoryKind, accountId, {
      principal: systemPrincipal,
      decide: (state) => decideAccount({ type: 'create', accountId, username, grants }, state),
    });
  }

  private async create(): Promise<AccountRecord | undefined> {
    const file = this.config.adminPasswordFile;
    if (file === undefined) {
      this.sink.warn({}, 'there is no account to sign in with: set KANADE_ADMIN_PASSWORD_FILE to a file with the password of the first one');
      return undefined;
    }
    const password = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (password.length < shortestPassword) throw new Error(`the password in ${file} is too short: give it ${shortestPassword} characters or more`);
    const now = this.clock.now();
    const record = newAccountRecord({ username, grants: [{ role: 'admin', sites: 'all' }], passwordHash: await this.passwords.hash(password), now });
    // Another replica may be doing the same: whoever is second takes what the first made.
    return (await this.accounts.create(record)) ? record : this.accounts.find(username);
  }
}
