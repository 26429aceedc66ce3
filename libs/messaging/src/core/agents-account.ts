import { issueJwt, readJwt } from '../crypto/jwt.ts';
import type { NatsClaims } from '../crypto/jwt.ts';
import type { Nkey } from '../crypto/nkey.ts';
import { MessagingError } from '../errors.ts';
import { request } from '../wire/jetstream.ts';
import { numberAt, parseRecord, recordAt, textAt } from '../wire/json.ts';
import type { JsonRecord } from '../wire/json.ts';
import { wireOf } from './connection.ts';
import type { SystemConnection } from './system.ts';

/** The account of the agents as the broker has it now. */
export async function readAgentsAccount(system: SystemConnection): Promise<NatsClaims> {
  const reply = await request(wireOf(system), `$SYS.REQ.ACCOUNT.${system.agentsAccount}.CLAIMS.LOOKUP`, '', 'read the account of the agents');
  return readJwt(Buffer.from(reply.body).toString().trim());
}

async function push(system: SystemConnection, jwt: string, doing: string): Promise<void> {
  const reply = await request(wireOf(system), '$SYS.REQ.CLAIMS.UPDATE', jwt, doing);
  const answer = parseRecord(reply.body, 'the answer to a changed account');
  if (numberAt(recordAt(answer, 'data'), 'code') === 200) return;
  throw new MessagingError('refused', `could not ${doing}: the broker says ${textAt(recordAt(answer, 'error'), 'description') || 'nothing'}`);
}

// What is read, changed and pushed in two places at once would lose one of the changes.
const underWay = new WeakMap<SystemConnection, Promise<unknown>>();

/**
 * Pushes the account of the agents as `change` makes it of the broker's own; undefined from it changes nothing, and is answered with false.
 * The server takes whatever JWT decodes, an older one too: only one process may do this at a time.
 */
export function changeAgentsAccount(system: SystemConnection, operator: Nkey, doing: string, change: (nats: JsonRecord) => JsonRecord | undefined): Promise<boolean> {
  const turn = (async (before: Promise<unknown> | undefined) => {
    await before?.catch(() => undefined);
    const account = await readAgentsAccount(system);
    // The answer is the broker's word; what the operator did not sign must not be signed by it now.
    if (account.iss !== operator.publicKey || account.sub !== system.agentsAccount) {
      throw new MessagingError('tampered', 'the broker has an account of the agents that the operator did not sign; start it with kanade, which repairs it');
    }
    const changed = change(account.nats);
    if (changed === undefined) return false;
    const { type: _type, version: _version, ...nats } = changed;
    await push(system, issueJwt({ name: account.name, subject: account.sub, type: 'account', issuerSeed: operator.seed, nats }), doing);
    return true;
  })(underWay.get(system));
  underWay.set(system, turn);
  return turn;
}
