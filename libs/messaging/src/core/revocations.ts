import { issueJwt, readJwt } from '../crypto/jwt.ts';
import type { NatsClaims } from '../crypto/jwt.ts';
import { isUserNkey } from '../crypto/nkey.ts';
import type { Nkey } from '../crypto/nkey.ts';
import { MessagingError } from '../errors.ts';
import { request } from '../wire/jetstream.ts';
import { numberAt, parseRecord, recordAt, textAt } from '../wire/json.ts';
import { wireOf } from './connection.ts';
import type { SystemConnection } from './system.ts';

/** What must hold of the AGENTS account's revocations. */
export interface WantedRevocations {
  /** Public NKeys that may never sign in again, each with the Unix ms up to which JWTs of it could have been issued. */
  readonly revoked: ReadonlyMap<string, number>;
  /** Keys revoked so long ago that no JWT of theirs lives any more: they are left out, for the account's JWT may not grow for ever. */
  readonly outlived: ReadonlySet<string>;
}

async function readAccount(system: SystemConnection): Promise<NatsClaims> {
  const reply = await request(wireOf(system), `$SYS.REQ.ACCOUNT.${system.agentsAccount}.CLAIMS.LOOKUP`, '', 'read the account of the agents');
  return readJwt(Buffer.from(reply.data).toString().trim());
}

function revocationsOf({ nats }: NatsClaims): Map<string, number> {
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
  return new Set(revocationsOf(await readAccount(system)).keys());
}

/**
 * Has the broker cut off every wanted key, at once and for good, and changes nothing else of the account; false when all was so already.
 * The server takes whatever JWT decodes, an older one too: only one process may do this at a time.
 */
export async function pushRevocations(system: SystemConnection, operator: Nkey, wanted: WantedRevocations): Promise<boolean> {
  const account = await readAccount(system);
  // The answer is the broker's word; what the operator did not sign must not be signed by it now.
  if (account.iss !== operator.publicKey || account.sub !== system.agentsAccount) {
    throw new MessagingError('tampered', 'the broker has an account of the agents that the operator did not sign; start it with kanade, which repairs it');
  }
  const known = revocationsOf(account);
  const merged = merge(known, wanted);
  if (isSame(known, merged)) return false;
  const { revocations: _before, type: _type, version: _version, ...claims } = account.nats;
  const jwt = issueJwt({ name: account.name, subject: account.sub, type: 'account', issuerSeed: operator.seed, nats: { ...claims, revocations: Object.fromEntries(merged) } });
  const reply = await request(wireOf(system), '$SYS.REQ.CLAIMS.UPDATE', jwt, 'revoke keys of agents');
  const answer = parseRecord(reply.data, 'the answer to a revocation');
  if (numberAt(recordAt(answer, 'data'), 'code') !== 200) {
    throw new MessagingError('refused', `the broker did not take the revocation: ${textAt(recordAt(answer, 'error'), 'description') || 'it does not say why'}`);
  }
  return true;
}
