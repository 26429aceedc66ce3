import { Injectable } from '@nestjs/common';
import type { Grant } from '@kanade/contracts';
import { administersAll, decideAccount } from '@kanade/domain';
import { accountHistoryKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { AccountRecords } from './account-records.ts';
import { Administrators } from './administrators.ts';
import { Authenticator } from './authenticator.ts';
import type { AccountRecord } from './identity-records.ts';
import type { Principal } from './principal.ts';

/** What accounts may do. */
@Injectable()
export class AccountGrants {
  constructor(
    private readonly accounts: AccountRecords,
    private readonly administrators: Administrators,
    private readonly authenticator: Authenticator,
    private readonly log: ControlLog,
  ) {}

  /** Gives an account these grants and no others; throws last-administrator when nobody could administer everything any more. */
  async give(principal: Principal, { accountId, username, disabled, grants: before }: AccountRecord, grants: readonly Grant[]): Promise<string> {
    const counts = !disabled && administersAll(grants);
    const otherAdministrators = counts || disabled || !administersAll(before) || (await this.administrators.leave(accountId));
    const { position } = await this.log.decide(accountHistoryKind, accountId, {
      principal,
      decide: (state) => decideAccount({ type: 'set-grants', accountId, grants, otherAdministrators }, state),
    });
    const changed = await this.accounts.change(username, (record) => ({ ...record, grants: [...grants] }));
    // Last, and whenever it holds: whoever may not be able to is never counted on.
    if (changed?.disabled === false && administersAll(changed.grants)) await this.administrators.join(accountId);
    this.authenticator.forget();
    return position;
  }
}
