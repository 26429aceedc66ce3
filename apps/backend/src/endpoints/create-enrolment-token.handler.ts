import { readFileSync } from 'node:fs';
import { parseDuration } from '@kanade/contracts';
import type { EnrolmentToken } from '@kanade/contracts';
import { decideCreateEnrolmentToken } from '@kanade/domain';
import { generateNkey, issueEnrolmentJwt } from '@kanade/messaging';
import { CommandHandler } from '@nestjs/cqrs';
import type { ICommandHandler } from '@nestjs/cqrs';
import { readRecord, recordKeys } from '../accounts/identity-records.ts';
import { principalText } from '../accounts/principal.ts';
import type { Principal } from '../accounts/principal.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { Config } from '../config/config.ts';
import { DomainError } from '../domain-error.ts';
import { endpointKind, enrolmentKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { derivedId, newId } from '../history/uuid.ts';
import { isVisible } from '../projections/scoped.ts';
import { KnownSites } from '../sites/known-sites.ts';
import { CreateEnrolmentTokenCommand } from './create-enrolment-token.command.ts';
import type { CreateEnrolmentTokenResult } from './create-enrolment-token.command.ts';
import { enrolmentRecordSchema } from './enrolment-records.ts';
import type { EnrolmentRecord } from './enrolment-records.ts';

const longest = 366 * 86_400_000;
/** The broker lets a token's holder ask this much longer, ms: to be told that it has expired, or that the machine still waits for approval. */
const lateMs = 30 * 86_400_000;

@CommandHandler(CreateEnrolmentTokenCommand)
export class CreateEnrolmentTokenHandler implements ICommandHandler<CreateEnrolmentTokenCommand> {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly log: ControlLog,
    private readonly sites: KnownSites,
  ) {}

  async execute({ principal, request, idempotencyKey }: CreateEnrolmentTokenCommand): Promise<CreateEnrolmentTokenResult> {
    const lifetime = parseDuration(request.expiresIn);
    if (lifetime > longest) {
      throw new DomainError('invalid-request', 'the token would live too long', { errors: [{ path: 'expiresIn', message: 'must be at most 366d' }] });
    }
    const now = this.clock.now();
    const tokenId = idempotencyKey === undefined ? newId(now) : derivedId('enrolment', principalText(principal), idempotencyKey);
    const { maxUses, approval, endpointId = null } = request;
    const site = endpointId === null ? request.site : await this.siteOf(principal, endpointId, request);
    if (endpointId === null) await this.sites.check(principal, [{ site, path: 'site' }]);
    const { state, position } = await this.log.decide(enrolmentKind, tokenId, {
      principal,
      decide: (before) =>
        decideCreateEnrolmentToken({ tokenId, site, maxUses, approval, endpointId, expiresAt: new Date(now + lifetime).toISOString() }, before),
    });
    const expiresAt = state.created?.expiresAt ?? new Date(now + lifetime).toISOString();
    const record = await this.record({
      tokenId, nkey: generateNkey('user').publicKey, site, maxUses, uses: 0, counted: [], expiresAt, approval, endpointId,
    });
    return { token: this.token(record), tokenId, expiresAt, maxUses, position };
  }

  /** The site of the endpoint that is to get new keys; refuses what cannot be meant for one endpoint. */
  private async siteOf(principal: Principal, endpointId: string, { maxUses, approval }: CreateEnrolmentTokenCommand['request']): Promise<string> {
    const errors = [
      ...(maxUses === 1 ? [] : [{ path: 'maxUses', message: 'must be 1: one machine gets the endpoint’s new keys' }]),
      ...(approval ? [{ path: 'approval', message: 'is not for a token that names its endpoint: whoever makes it approves' }] : []),
    ];
    if (errors.length > 0) throw new DomainError('invalid-request', 'a token that gives an endpoint new keys is for that endpoint alone', { errors });
    const { state } = await this.log.load(endpointKind, endpointId);
    if (state.enrolled === null || !isVisible(principal, state.enrolled.site)) throw new DomainError('not-found', `there is no endpoint ${endpointId}; kanade endpoint list --standing all shows them`);
    if (state.standing === 'pending') throw new DomainError('endpoint-pending', `endpoint ${endpointId} waits for approval; approve or revoke it first`);
    return state.enrolled.site;
  }

  /** The record that counts: the one made first. */
  private async record(wanted: EnrolmentRecord): Promise<EnrolmentRecord> {
    const { identities } = this.broker.get();
    const key = recordKeys.enrolment(wanted.tokenId);
    if ((await identities.create(key, wanted)) !== undefined) return wanted;
    return (await readRecord(identities, key, enrolmentRecordSchema))?.value ?? wanted;
  }

  private token({ tokenId, nkey, expiresAt }: EnrolmentRecord): string {
    const { brokerKeys, keys } = this.broker.get();
    const jwt = issueEnrolmentJwt(brokerKeys, { tokenId, nkey, expiresAt: Date.parse(expiresAt) + lateMs, now: this.clock.now() });
    const { natsPublicUrls, caFile } = this.config;
    const ca = caFile === undefined ? null : readFileSync(caFile, 'utf8');
    const token: EnrolmentToken = { urls: [...natsPublicUrls], jwt, tokenId, root: keys.root.publicKey, ca };
    return Buffer.from(JSON.stringify(token)).toString('base64url');
  }
}
