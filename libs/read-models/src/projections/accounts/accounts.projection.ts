import type { Grant } from '@kanade/contracts';
import type { EventHandlers } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { AccountsTable } from '../../generated/tables.ts';
import { prepareGet, prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

/** What an account from before there were grants could do, and one whose grants follow in the next event can for that moment in a list. */
const unlimited: readonly Grant[] = [{ role: 'admin', sites: 'all' }];

function openRows({ connection, changes }: Session) {
  const insert = prepareWrite(connection, (query, parameter: Parameter<AccountsTable>) =>
    query
      .insertInto('accounts')
      .values({
        key: parameter('key'), id: parameter('id'), username: parameter('username'), provider: parameter('provider'), grants: parameter('grants'), createdAt: parameter('createdAt'),
        createdBy: parameter('createdBy'), disabledAt: parameter('disabledAt'), disabledBy: parameter('disabledBy'), hasPassword: parameter('hasPassword'),
        hasSecondFactor: parameter('hasSecondFactor'), lastSignedInAt: parameter('lastSignedInAt'),
      })
      .onConflict((conflict) => conflict.doNothing()));
  const grants = prepareWrite(connection, (query, parameter: Parameter<{ id: string; grants: string }>) =>
    query.updateTable('accounts').set({ grants: parameter('grants') }).where('id', '=', parameter('id')));
  const disabled = prepareWrite(connection, (query, parameter: Parameter<{ id: string; disabledAt: string | null; disabledBy: string | null }>) =>
    query.updateTable('accounts').set({ disabledAt: parameter('disabledAt'), disabledBy: parameter('disabledBy') }).where('id', '=', parameter('id')));
  const password = prepareWrite(connection, (query, parameter: Parameter<{ id: string; hasPassword: number }>) =>
    query.updateTable('accounts').set({ hasPassword: parameter('hasPassword') }).where('id', '=', parameter('id')));
  const secondFactor = prepareWrite(connection, (query, parameter: Parameter<{ id: string; hasSecondFactor: number }>) =>
    query.updateTable('accounts').set({ hasSecondFactor: parameter('hasSecondFactor') }).where('id', '=', parameter('id')));
  // Who signs in and has no provider has a password; the first account's came from a file, of which no event tells.
  const signedIn = prepareWrite(connection, (query, parameter: Parameter<{ id: string; at: string }>) =>
    query.updateTable('accounts').set((row) => ({ lastSignedInAt: parameter('at'), hasPassword: row.case().when('provider', 'is', null).then(1).else(0).end() })).where('id', '=', parameter('id')));
  const changed = (id: string): void => {
    changes.row('account', id);
  };
  return { insert, grants, disabled, password, secondFactor, signedIn, changed };
}

function accountEvents(session: Session, nameOf: (principal: string) => string): EventHandlers {
  const rows = openRows(session);
  return {
    'kanade.account.grants-changed.v1': ({ data }) => {
      rows.grants({ id: data.accountId, grants: JSON.stringify(data.grants) });
      rows.changed(data.accountId);
      return undefined;
    },
    'kanade.account.disabled.v1': ({ data, time, principal }) => {
      rows.disabled({ id: data.accountId, disabledAt: time, disabledBy: nameOf(principal ?? 'system') });
      rows.changed(data.accountId);
      return undefined;
    },
    'kanade.account.enabled.v1': ({ data }) => {
      rows.disabled({ id: data.accountId, disabledAt: null, disabledBy: null });
      rows.changed(data.accountId);
      return undefined;
    },
    'kanade.account.password-link-made.v1': ({ data }) => {
      rows.password({ id: data.accountId, hasPassword: 0 });
      if (data.secondFactorRemoved) rows.secondFactor({ id: data.accountId, hasSecondFactor: 0 });
      rows.changed(data.accountId);
      return undefined;
    },
    'kanade.account.password-changed.v1': ({ data }) => {
      rows.password({ id: data.accountId, hasPassword: 1 });
      rows.changed(data.accountId);
      return undefined;
    },
    'kanade.account.second-factor-enabled.v1': ({ data }) => {
      rows.secondFactor({ id: data.accountId, hasSecondFactor: 1 });
      rows.changed(data.accountId);
      return undefined;
    },
    'kanade.account.second-factor-disabled.v1': ({ data }) => {
      rows.secondFactor({ id: data.accountId, hasSecondFactor: 0 });
      rows.changed(data.accountId);
      return undefined;
    },
    'kanade.account.signed-in.v1': ({ data, time }) => {
      rows.signedIn({ id: data.accountId, at: time });
      rows.changed(data.accountId);
      return undefined;
    },
    'kanade.account.created.v1': ({ data, time, principal }, { position }) => {
      rows.insert({
        key: position, id: data.accountId, username: data.username, provider: data.provider?.issuer ?? null, grants: JSON.stringify(unlimited), createdAt: time, createdBy: nameOf(principal ?? 'system'),
        disabledAt: null, disabledBy: null, hasPassword: 0, hasSecondFactor: 0, lastSignedInAt: null,
      });
      rows.changed(data.accountId);
      return undefined;
    },
  };
}

/** Accounts, and how the principals of events are called. */
export function openAccounts(session: Session) {
  const save = prepareWrite(session.connection, (query, parameter: Parameter<{ principal: string; name: string; accountId: string }>) =>
    query.replaceInto('principals').values({ principal: parameter('principal'), name: parameter('name'), accountId: parameter('accountId') }));
  const find = prepareGet(session.connection, (query, parameter: Parameter<{ principal: string }>) =>
    query.selectFrom('principals').select(['name', 'accountId']).where('principal', '=', parameter('principal')));
  const nameOf = (principal: string): string => find({ principal })?.name ?? principal;
  const accountOf = (principal: string): string | null => find({ principal })?.accountId ?? null;

  const accounts = accountEvents(session, nameOf);
  const events: EventHandlers = {
    ...accounts,
    'kanade.account.created.v1': (event, context) => {
      save({ principal: `account/${event.data.accountId}`, name: event.data.username, accountId: event.data.accountId });
      return accounts['kanade.account.created.v1']?.(event, context);
    },
    'kanade.token.created.v1': ({ data }) => {
      save({ principal: `token/${data.tokenId}`, name: `${nameOf(`account/${data.accountId}`)} (${data.name})`, accountId: data.accountId });
      return undefined;
    },
  };
  return { events, nameOf, accountOf };
}
