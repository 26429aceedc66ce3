import { Injectable } from '@nestjs/common';
import type { EnrolBody } from '@kanade/contracts';
import { decideUse } from '@kanade/domain';
import { readRecord, recordKeys } from '../accounts/identity-records.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { endpointKind, enrolmentKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { derivedId } from '../history/uuid.ts';
import { endpointRecordSchema, enrolmentRecordSchema, laterKeyRecord, laterKeyRecordSchema } from './enrolment-records.ts';
import type { EndpointRecord, EnrolmentRecord } from './enrolment-records.ts';
import { refusal } from './identity-refusal.ts';
import type { IdentityRefusal } from './identity-refusal.ts';

/** How many interrupted enrolments of one token may go on without being counted again. */
const remembered = 50;

const inUse = (): IdentityRefusal => refusal('bad-proof', 'this machine is enrolled with other signing keys');

/** The identity records of endpoints and enrolment tokens: which keys are whose, and which still count. */
@Injectable()
export class EndpointIdentities {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly log: ControlLog,
  ) {}

  /** The identity of a machine that has proven its keys: the one it has, or a new one at the token's expense. */
  async admit(tokenId: string, host: EnrolBody): Promise<EndpointRecord | IdentityRefusal> {
    const { identities } = this.broker.get();
    const later = (await readRecord(identities, laterKeyRecord(host.nkey), laterKeyRecordSchema))?.value.endpointId;
    // Derived from the key: whoever repeats the enrolment with it is the same endpoint.
    const endpointId = later ?? derivedId('endpoint', host.nkey);
    const known = await this.read(endpointId);
    if (known !== undefined && sameKeys(known.value, host)) return known.value;
    if (known !== undefined && later === undefined) return inUse();
    const token = await readRecord(identities, recordKeys.enrolment(tokenId), enrolmentRecordSchema);
    if (token === undefined) return refusal('token-unknown', 'the enrolment token is unknown; make a new one with: kanade enrol-token create');
    if (token.value.endpointId !== null) return this.rekey(tokenId, token.value.endpointId, host);
    return later === undefined ? this.create(endpointId, tokenId, host) : inUse();
  }

  /** Lets the endpoint's keys count no more; says nothing where it has others by now. */
  async revoke(endpointId: string, nkey: string, revokedAt: string): Promise<void> {
    const { identities } = this.broker.get();
    for (;;) {
      const record = await this.read(endpointId);
      if (record?.value.nkey !== nkey || record.value.revokedAt !== null) return;
      if ((await identities.update(recordKeys.endpoint(endpointId), { ...record.value, revokedAt }, record.revision)) !== undefined) return;
    }
  }

  private read(endpointId: string) {
    return readRecord(this.broker.get().identities, recordKeys.endpoint(endpointId), endpointRecordSchema);
  }

  private async create(endpointId: string, tokenId: string, host: EnrolBody): Promise<EndpointRecord | IdentityRefusal> {
    const use = await this.use(tokenId, host.nkey);
    if ('error' in use) return use;
    const record: EndpointRecord = { ...keysOf(host), endpointId, site: use.site, tokenId, enrolledAt: this.clock.iso(), approval: use.approval, revokedAt: null };
    if ((await this.broker.get().identities.create(recordKeys.endpoint(endpointId), record)) !== undefined) return record;
    const other = (await this.read(endpointId))?.value;
    return other !== undefined && sameKeys(other, host) ? other : refusal('unavailable', 'somebody else is enrolling with the same key; try again');
  }

  /** Puts a machine's new keys in the place of the endpoint's old ones. */
  private async rekey(tokenId: string, endpointId: string, host: EnrolBody): Promise<EndpointRecord | IdentityRefusal> {
    const { identities } = this.broker.get();
    const { state } = await this.log.load(endpointKind, endpointId);
    if (state.pastNkeys.includes(host.nkey)) return refusal('endpoint-revoked', 'these keys were replaced and never count again; enrol from an empty data directory');
    const use = await this.use(tokenId, host.nkey);
    if ('error' in use) return use;
    await identities.create(laterKeyRecord(host.nkey), { endpointId });
    for (;;) {
      const record = await this.read(endpointId);
      if (record === undefined) return refusal('endpoint-unknown', `there is no endpoint ${endpointId} any more; make a token without --for`);
      if (sameKeys(record.value, host)) return record.value;
      const next: EndpointRecord = { ...record.value, ...keysOf(host), tokenId, enrolledAt: this.clock.iso(), approval: false, revokedAt: null };
      if ((await identities.update(recordKeys.endpoint(endpointId), next, record.revision)) !== undefined) return next;
    }
  }

  /** Counts one use of the token, at most once per key. */
  private async use(tokenId: string, nkey: string): Promise<EnrolmentRecord | IdentityRefusal> {
    const { identities } = this.broker.get();
    const key = recordKeys.enrolment(tokenId);
    const { revoked } = (await this.log.load(enrolmentKind, tokenId)).state;
    for (;;) {
      const record = await readRecord(identities, key, enrolmentRecordSchema);
      if (record === undefined) return refusal('token-unknown', 'the enrolment token is unknown; make a new one with: kanade enrol-token create');
      const { value, revision } = record;
      const decision = decideUse({ ...value, revoked, expiresAt: Date.parse(value.expiresAt) }, nkey, this.clock.now());
      if (decision === 'counted') return value;
      if (decision === 'token-revoked') return refusal(decision, 'the enrolment token has been revoked; make a new one with: kanade enrol-token create');
      if (decision === 'token-expired') return refusal(decision, 'the enrolment token has expired; make a new one with: kanade enrol-token create');
      if (decision === 'token-used-up') return refusal(decision, `the enrolment token has been used ${value.maxUses} times, as often as it may be`);
      const counted = [...value.counted, nkey].slice(-remembered);
      if ((await identities.update(key, { ...value, uses: value.uses + 1, counted }, revision)) !== undefined) return value;
    }
  }
}

const keysOf = ({ nkey, signingKey, sealingKey }: EnrolBody) => ({ nkey, signingKey, sealingKey });

function sameKeys(record: EndpointRecord, host: EnrolBody): boolean {
  return record.nkey === host.nkey && record.signingKey === host.signingKey && record.sealingKey === host.sealingKey;
}
