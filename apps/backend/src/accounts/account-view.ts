import { heldGrantsSchema } from '@kanade/contracts';
import type { AccountView } from '@kanade/contracts';
import { build } from '@kanade/read-models';

/** Accounts by name, whatever the case of its letters. */
export const accountRows = () =>
  build
    .selectFrom('accounts')
    .select(['key', 'id', 'username', 'provider', 'grants', 'createdAt', 'createdBy', 'disabledAt', 'disabledBy', 'hasPassword', 'hasSecondFactor', 'lastSignedInAt']);

interface AccountRow {
  readonly id: string;
  readonly username: string;
  readonly provider: string | null;
  readonly grants: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly disabledAt: string | null;
  readonly disabledBy: string | null;
  readonly hasPassword: number;
  readonly hasSecondFactor: number;
  readonly lastSignedInAt: string | null;
}

/** An account's row as it is shown. */
export function accountView({ id, username, provider, grants, createdAt, createdBy, disabledAt, disabledBy, hasPassword, hasSecondFactor, lastSignedInAt }: AccountRow): AccountView {
  return {
    accountId: id, username, provider, grants: heldGrantsSchema.parse(JSON.parse(grants)), createdAt, createdBy, disabledAt, disabledBy, hasPassword: hasPassword === 1,
    hasSecondFactor: hasSecondFactor === 1, lastSignedInAt,
  };
}
