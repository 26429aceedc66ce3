import { isUserNkey } from '../crypto/nkey.ts';
import type { Nkey } from '../crypto/nkey.ts';
import { MessagingError } from '../errors.ts';
import { changeAgentsAccount, readAgentsAccount } from './agents-account.ts';
import { recordAt } from '../wire/json.ts';
import type { JsonRecord } from '../wire/json.ts';
import type { SystemConnection } from './system.ts';

/** What must hold of the AGENTS account's revocations. */
export interface WantedRevocations {
  /** Public NKeys that may never sign in again, each with the Unix ms up to which JWTs of it could have been issued. */
  readonly revoked: ReadonlyMap<string, number>;
  /** Keys revoked so long ago that no JWT of theirs lives any more: they are left out, for the account's JWT may not grow for ever. */
  readonly outlived: ReadonlySet<string>;
}

function revocationsOf(nats: JsonRecord): Map<string, number> {
  const entries = Object.entries(recordAt(nats, 'revocations'));
  return new Map(entries.flatMap(([nkey, at]) => (typeof at === 'number' ? [[nkey, at] as const] : [])));
}

/** What the broker has already is kept, whoever put it there: forgetting one entry would let somebody in again. */
function merge(known: ReadonlyMap<string, number>, { revoked, outlived }: WantedRevocations): Map<string, number> {
  const merged = new Map([...known].filter(([nkey]) => !outlived.has(nkey)));
  for (const [nkey, until] of revoked) {
    if (!isUserNkey(nkey)) throw new MessagingError('invalid', 'a key to be revoked is no NKey of a user', { details: { nkey } });
    merged.set(nkey, Math.max(merged.get(nkey) ?? 0, Math.floor(until / 1000)));
  }
  return merged;
}

const isSame = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): boolean => a.size === b.size && [...a].every(([nkey, at]) => b.get(nkey) === at);

/** Public NKeys that the broker lets in no more. */
export async function readRevokedNkeys(system: SystemConnection): Promise<Set<string>> {
  return new Set(revocationsOf((await readAgentsAccount(system)).nats).keys());
}

/** Has the broker cut off every wanted key, at once and for good, and changes nothing else of the account; false when all was so already. */
export async function pushRevocations(system: SystemConnection, operator: Nkey, wanted: WantedRevocations): Promise<boolean> {
  return changeAgentsAccount(system, operator, 'revoke keys of agents', (nats) => {
    const known = revocationsOf(nats);
    const merged = merge(known, wanted);
    return isSame(known, merged) ? undefined : { ...nats, revocations: Object.fromEntries(merged) };
  });
}
