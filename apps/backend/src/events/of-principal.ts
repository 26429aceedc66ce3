import { build } from '@kanade/read-models';

/** Principals that somebody means by a user's name (all of theirs, with every token), by `account/ID` or by `token/ID`. */
export function ofPrincipal(principal: string) {
  const query = build.selectFrom('principals').select('principals.principal');
  const [kind, id] = principal.split('/');
  if (kind === 'account' && id !== undefined) return query.where('accountId', '=', id);
  if (kind === 'token' && id !== undefined) return query.where('principals.principal', '=', principal);
  return query.where('accountId', '=', build.selectFrom('accounts').select('accounts.id').where('username', '=', principal));
}
