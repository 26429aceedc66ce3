import { Injectable } from '@nestjs/common';
import type { EnrolBody } from '@kanade/contracts';
import { decideUse } from '@kanade/domain';
import { readRecord, recordKeys } from '../accounts/identity-records.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { endpointKind, enrolmentKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { derivedId } from '../history/uuid.ts';
import { endpointRecordSchema, enrolmentRecordSchema, keyOwnerRecord, keyOwnerSchema } from './enrolment-records.ts';
import type { EndpointRecord, EnrolmentRecord } from './enrolment-records.ts';
import { refusal } from './identity-refusal.ts';
import type { IdentityRefusal } from './identity-refusal.ts';

/** How many interrupted enrolments of one token may go on without being counted again. */
const remembered = 50;

/** Does not say whose: that is nobody's business who merely has a token. */
const keyTaken = (): IdentityRefusal => refusal('key-taken', 'one of these keys is or was another endpoint’s; enrol from an empty data directory, which makes new ones');
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
    const owner = await this.ownerOf(host.nkey);
    // Whoever repeats the enrolment with the same keys is the same endpoint.
    const known = owner === undefined ? undefined : (await this.read(owner))?.value;
    if (known !== undefined && sameKeys(known, host)) return known;
    const token = await readRecord(this.broker.get().identities, recordKeys.enrolment(tokenId), enrolmentRecordSchema);
    if (token === undefined) return refusal('token-unknown', 'the enrolment token is unknown; make a new one with: kanade enrol-token create');
    const endpointId = token.value.endpointId ?? derivedId('endpoint', host.nkey);
    if (await this.isTaken(host, endpointId)) return keyTaken();
    if (token.value.endpointId !== null) return this.rekey(tokenId, endpointId, host);
    return owner === undefined ? this.create(endpointId, tokenId, host) : inUse();
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

  /** The endpoint a key is or was. */
  private async ownerOf(publicKey: string): Promise<string | undefined> {
    const owner = (await readRecord(this.broker.get().identities, keyOwnerRecord(publicKey), keyOwnerSchema))?.value.endpointId;
    if (owner !== undefined) return owner;
    const derived = derivedId('endpoint', publicKey);
    return (await this.read(derived)) === undefined ? undefined : derived;
  }

  /** Whether one of the keys is or was another endpoint's: with it would go what is known of that one, and what cuts it off. */
  private async isTaken(host: EnrolBody, endpointId: string): Promise<boolean> {
    const owners = await Promise.all(keysIn(host).map((key) => this.ownerOf(key)));
    return owners.some((owner) => owner !== undefined && owner !== endpointId);
  }

  /** Writes down whose the keys are from now on; false when another has come first. */
  private async claim(host: EnrolBody, endpointId: string): Promise<boolean> {
    const { identities } = this.broker.get();
    for (const key of keysIn(host)) {
      if (endpointId === derivedId('endpoint', key)) continue;
      await identities.create(keyOwnerRecord(key), { endpointId });
    }
    return !(await this.isTaken(host, endpointId));
  }

  private read(endpointId: string) {
    return readRecord(this.broker.get().identities, recordKeys.endpoint(endpointId), endpointRecordSchema);
  }

  private async create(endpointId: string, tokenId: string, host: EnrolBody): Promise<EndpointRecord | IdentityRefusal> {
    const use = await this.use(tokenId, host.nkey);
    if ('error' in use) return use;
    if (!(await this.claim(host, endpointId))) return keyTaken();
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
    if (!(await this.claim(host, endpointId))) return keyTaken();
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

const keysIn = ({ nkey, signingKey, sealingKey }: EnrolBody) => [nkey, signingKey, sealingKey];
const keysOf = ({ nkey, signingKey, sealingKey }: EnrolBody) => ({ nkey, signingKey, sealingKey });

function sameKeys(record: EndpointRecord, host: EnrolBody): boolean {
  return record.nkey === host.nkey && record.signingKey === host.signingKey && record.sealingKey === host.sealingKey;
}
