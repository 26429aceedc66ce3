import type { EventHandlers } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import { prepareGet, prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';

/** How the principals of events are called. */
export function openAccounts({ connection }: Session) {
  const save = prepareWrite(connection, (query, parameter: Parameter<{ principal: string; name: string }>) =>
    query.replaceInto('principals').values({ principal: parameter('principal'), name: parameter('name') }));
  const find = prepareGet(connection, (query, parameter: Parameter<{ principal: string }>) =>
    query.selectFrom('principals').select('name').where('principal', '=', parameter('principal')));
  const nameOf = (principal: string): string => find({ principal })?.name ?? principal;

  const events: EventHandlers = {
    'kanade.account.created.v1': ({ data }) => {
      save({ principal: `account/${data.accountId}`, name: data.username });
      return undefined;
    },
    'kanade.token.created.v1': ({ data }) => {
      save({ principal: `token/${data.tokenId}`, name: `${nameOf(`account/${data.accountId}`)} (${data.name})` });
      return undefined;
    },
  };
  return { events, nameOf };
}
