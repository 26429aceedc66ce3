import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { decideAccount } from '@kanade/domain';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { Config } from '../config/config.ts';
import { accountKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { newId } from '../history/uuid.ts';
import { Log } from '../log.ts';
import { accountRecordSchema, readRecord, recordKeys } from './identity-records.ts';
import type { AccountRecord } from './identity-records.ts';
import { Passwords } from './passwords.ts';
import { systemPrincipal } from './principal.ts';

const username = 'admin';
const shortest = 12;

/** Makes the first account, with the password its owner was given in a file of their own; there is no default one. */
@Injectable()
export class AdminAccount {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly passwords: Passwords,
    private readonly log: ControlLog,
    private readonly sink: Log,
  ) {}

  async ensure(): Promise<void> {
    const { identities } = this.broker.get();
    const key = recordKeys.account(username);
    const known = (await readRecord(identities, key, accountRecordSchema))?.value ?? (await this.create(key));
    if (known === undefined) return;
    const { accountId } = known;
    // Repeated at every start: an account whose event was lost between the two writes gets it now.
    await this.log.decide(accountKind, accountId, {
      principal: systemPrincipal,
      decide: (state) => decideAccount({ type: 'create', accountId, username }, state),
    });
  }

  private async create(key: string): Promise<AccountRecord | undefined> {
    const file = this.config.adminPasswordFile;
    if (file === undefined) {
      this.sink.warn({}, 'there is no account to sign in with: set KANADE_ADMIN_PASSWORD_FILE to a file with the password of the first one');
      return undefined;
    }
    const password = readFileSync(file, 'utf8').replace(/\r?\n$/, '');
    if (password.length < shortest) throw new Error(`the password in ${file} is too short: give it ${shortest} characters or more`);
    const now = this.clock.now();
    const record: AccountRecord = {
      accountId: newId(now),
      username,
      passwordHash: await this.passwords.hash(password),
      createdAt: new Date(now).toISOString(),
    };
    // Another replica may be doing the same: whoever is second takes what the first made.
    if ((await this.broker.get().identities.create(key, record)) !== undefined) return record;
    return (await readRecord(this.broker.get().identities, key, accountRecordSchema))?.value;
  }
}
