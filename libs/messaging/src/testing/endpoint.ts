import { loadBrokerKeys } from '../broker/keys.ts';
import { issueAgentJwt, issueRenewalJwt } from '../broker/users.ts';
import { generateNkey } from '../crypto/nkey.ts';
import type { Nkey } from '../crypto/nkey.ts';
import type { AgentCredentials } from '../agent/types.ts';

/** A real endpoint's credentials, without the enrolment. */
export interface TestEndpoint {
  readonly endpointId: string;
  readonly nkey: Nkey;
  readonly credentials: AgentCredentials;
  readonly renewal: AgentCredentials;
}

/** Issues an endpoint's credentials with a test broker's own signing keys. */
export function issueTestEndpoint(broker: { readonly keysDir: string }, endpointId: string, lifetimeMs?: number): TestEndpoint {
  const keys = loadBrokerKeys(broker.keysDir);
  const nkey = generateNkey('user');
  const user = { endpointId, nkey: nkey.publicKey, ...(lifetimeMs === undefined ? {} : { lifetimeMs }) };
  return {
    endpointId,
    nkey,
    credentials: { jwt: issueAgentJwt(keys, user), seed: nkey.seed },
    renewal: { jwt: issueRenewalJwt(keys, { endpointId, nkey: nkey.publicKey }), seed: nkey.seed },
  };
}
