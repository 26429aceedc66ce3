import { Injectable } from '@nestjs/common';
import { enrolBodySchema, enrolRequestSchema, signedText } from '@kanade/contracts';
import type { EnrolAnswer, EnrolBody } from '@kanade/contracts';
import { decideEndpoint } from '@kanade/domain';
import type { EndpointCommand, EndpointState } from '@kanade/domain';
import { issueAgentJwt, issueRenewalJwt, sha256Hex, verifyBytes, verifyTextWithNkey } from '@kanade/messaging';
import type { EnrolCall } from '@kanade/messaging';
import { systemPrincipal } from '../accounts/principal.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { derivedId } from '../history/uuid.ts';
import { EndpointIdentities } from './endpoint-identities.ts';
import type { EndpointRecord } from './enrolment-records.ts';
import { refusal } from './identity-refusal.ts';
import type { IdentityRefusal } from './identity-refusal.ts';
import { readJson } from './read-json.ts';
import { SignedKeysets } from './signed-keyset.ts';

/** Enrols endpoints: proof of the new keys, use limit, identity record, event, credentials; the same key again gets the same answer. */
@Injectable()
export class EnrolEndpoint {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly log: ControlLog,
    private readonly identities: EndpointIdentities,
    private readonly keysets: SignedKeysets,
  ) {}

  async answer({ tokenId, body }: EnrolCall): Promise<EnrolAnswer> {
    const request = enrolRequestSchema.safeParse(readJson(body));
    const asked = request.success ? enrolBodySchema.safeParse(readJson(request.data.body)) : undefined;
    if (!request.success || asked?.success !== true) return refusal('bad-request', 'the enrol request is not understood; update the agent');
    const host = asked.data;
    const text = signedText('enrol', tokenId, sha256Hex(request.data.body));
    const proven = verifyBytes(host.signingKey, text, request.data.signature) && verifyTextWithNkey(host.nkey, text, request.data.nkeySignature);
    if (host.tokenId !== tokenId || !proven) return refusal('bad-proof', 'the request is not signed by the keys it names, or is another token’s');
    const record = await this.identities.admit(tokenId, host);
    if ('error' in record) return record;
    const state = await this.write(record, host);
    if ('error' in state) return state;
    if (state.standing === 'pending') {
      return refusal('approval-pending', `this machine waits as endpoint ${record.endpointId}; an operator lets it in with: kanade endpoint approve ${record.endpointId}`);
    }
    await this.broker.get().commands.ensureConsumer(record.endpointId);
    return this.credentials(record);
  }

  private async write(record: EndpointRecord, host: EnrolBody): Promise<EndpointState | IdentityRefusal> {
    try {
      const { state } = await this.log.decide(endpointKind, record.endpointId, {
        principal: systemPrincipal,
        decide: (before) => decideEndpoint(commandOf(record, host), before),
      });
      return state;
    } catch (error) {
      if (error instanceof DomainError && (error.code === 'endpoint-revoked' || error.code === 'endpoint-retired')) return refusal(error.code, error.message);
      throw error;
    }
  }

  private credentials({ endpointId, nkey }: EndpointRecord): EnrolAnswer {
    const { brokerKeys } = this.broker.get();
    const user = { endpointId, nkey, now: this.clock.now() };
    return {
      endpointId,
      jwt: issueAgentJwt(brokerKeys, user),
      renewalJwt: issueRenewalJwt(brokerKeys, user),
      keyset: this.keysets.get(),
      time: this.clock.iso(),
    };
  }
}

function commandOf(record: EndpointRecord, { hostname, os, agentVersion, simulated }: EnrolBody): EndpointCommand {
  const { endpointId, site, tokenId, nkey, signingKey, sealingKey, approval } = record;
  const keyed = { endpointId, hostname, os, agentVersion, tokenId, simulated, nkey, signingKey, sealingKey };
  // An id that is not made of this key is that of an endpoint with other keys before.
  if (endpointId !== derivedId('endpoint', nkey)) return { type: 'rekey', ...keyed };
  return { type: approval ? 'request-enrolment' : 'enrol', ...keyed, site };
}
