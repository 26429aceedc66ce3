import { Injectable } from '@nestjs/common';
import { enrolBodySchema, enrolRequestSchema, signedText } from '@kanade/contracts';
import type { EnrolAnswer, EnrolBody } from '@kanade/contracts';
import { decideEndpoint, decideUse } from '@kanade/domain';
import { issueAgentJwt, issueRenewalJwt, sha256Hex, verifyBytes } from '@kanade/messaging';
import type { EnrolCall } from '@kanade/messaging';
import { readRecord, recordKeys } from '../accounts/identity-records.ts';
import { systemPrincipal } from '../accounts/principal.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { derivedId } from '../history/uuid.ts';
import { endpointRecordSchema, enrolmentRecordSchema } from './enrolment-records.ts';
import type { EndpointRecord } from './enrolment-records.ts';
import { refusal } from './identity-refusal.ts';
import type { IdentityRefusal } from './identity-refusal.ts';
import { readJson } from './read-json.ts';
import { SignedKeysets } from './signed-keyset.ts';

/** How many interrupted enrolments of one token may go on without being counted again. */
const remembered = 50;

/** Enrols endpoints: proof of the new keys, use limit, identity record, event, credentials; the same key again gets the same answer. */
@Injectable()
export class EnrolEndpoint {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly log: ControlLog,
    private readonly keysets: SignedKeysets,
  ) {}

  async answer({ tokenId, body }: EnrolCall): Promise<EnrolAnswer> {
    const request = enrolRequestSchema.safeParse(readJson(body));
    const asked = request.success ? enrolBodySchema.safeParse(readJson(request.data.body)) : undefined;
    if (!request.success || asked?.success !== true) return refusal('bad-request', 'the enrol request is not understood; update the agent');
    const host = asked.data;
    const proven = host.tokenId === tokenId && verifyBytes(host.signingKey, signedText('enrol', tokenId, sha256Hex(request.data.body)), request.data.signature);
    if (!proven) return refusal('bad-proof', 'the request is not signed by the key it names, or is another token’s');
    // Derived from the key: whoever repeats the enrolment with it is the same endpoint.
    const endpointId = derivedId('endpoint', host.nkey);
    const record = await this.identity(endpointId, tokenId, host);
    if ('error' in record) return record;
    await this.broker.get().commands.ensureConsumer(endpointId);
    await this.log.decide(endpointKind, endpointId, { principal: systemPrincipal, decide: (state) => decideEndpoint(enrolCommand(record, host), state) });
    return this.credentials(record);
  }

  private async identity(endpointId: string, tokenId: string, host: EnrolBody): Promise<EndpointRecord | IdentityRefusal> {
    const { identities } = this.broker.get();
    const key = recordKeys.endpoint(endpointId);
    const known = (await readRecord(identities, key, endpointRecordSchema))?.value;
    if (known !== undefined) return sameKeys(known, host) ? known : refusal('bad-proof', 'this machine is enrolled with other signing keys');
    const use = await this.use(tokenId, host.nkey);
    if ('error' in use) return use;
    const record: EndpointRecord = {
      endpointId,
      nkey: host.nkey,
      signingKey: host.signingKey,
      sealingKey: host.sealingKey,
      site: use.site,
      tokenId,
      enrolledAt: this.clock.iso(),
    };
    if ((await identities.create(key, record)) !== undefined) return record;
    const other = (await readRecord(identities, key, endpointRecordSchema))?.value;
    return other !== undefined && sameKeys(other, host) ? other : refusal('unavailable', 'somebody else is enrolling with the same key; try again');
  }

  /** Counts one use of the token, at most once per key. */
  private async use(tokenId: string, nkey: string): Promise<{ readonly site: string } | IdentityRefusal> {
    const { identities } = this.broker.get();
    const key = recordKeys.enrolment(tokenId);
    for (;;) {
      const record = await readRecord(identities, key, enrolmentRecordSchema);
      if (record === undefined) return refusal('token-unknown', 'the enrolment token is unknown; make a new one with: kanade enrol-token create');
      const { value, revision } = record;
      const decision = decideUse({ ...value, expiresAt: Date.parse(value.expiresAt) }, nkey, this.clock.now());
      if (decision === 'counted') return value;
      if (decision === 'token-expired') return refusal(decision, 'the enrolment token has expired; make a new one with: kanade enrol-token create');
      if (decision === 'token-used-up') return refusal(decision, `the enrolment token has been used ${value.maxUses} times, as often as it may be`);
      const counted = [...value.counted, nkey].slice(-remembered);
      if ((await identities.update(key, { ...value, uses: value.uses + 1, counted }, revision)) !== undefined) return value;
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

function sameKeys(record: EndpointRecord, host: EnrolBody): boolean {
  return record.nkey === host.nkey && record.signingKey === host.signingKey && record.sealingKey === host.sealingKey;
}

function enrolCommand(record: EndpointRecord, { hostname, os, agentVersion, simulated }: EnrolBody) {
  const { endpointId, site, tokenId, nkey, signingKey, sealingKey } = record;
  return { type: 'enrol', endpointId, hostname, os, agentVersion, site, tokenId, simulated, nkey, signingKey, sealingKey } as const;
}
