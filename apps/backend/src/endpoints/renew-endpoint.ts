import { Injectable } from '@nestjs/common';
import { renewRequestSchema } from '@kanade/contracts';
import type { RenewAnswer } from '@kanade/contracts';
import { issueAgentJwt, issueRenewalJwt } from '@kanade/messaging';
import type { RenewCall } from '@kanade/messaging';
import { readRecord, recordKeys } from '../accounts/identity-records.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';
import { FoldAccess } from '../history/fold-access.ts';
import { chainEnd } from './endpoint.reads.ts';
import { DomainError } from '../domain-error.ts';
import { endpointRecordSchema } from './enrolment-records.ts';
import { refusal } from './identity-refusal.ts';
import { readJson } from './read-json.ts';
import { ShownCheckpoint } from './shown-checkpoint.ts';
import { SignedKeysets } from './signed-keyset.ts';

/** The first answer of every connection: keyset and time, and new credentials where asked for. */
@Injectable()
export class RenewEndpoint {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
    private readonly keysets: SignedKeysets,
    private readonly shown: ShownCheckpoint,
    private readonly fold: FoldAccess,
  ) {}

  async answer({ endpointId, userNkey, body }: RenewCall): Promise<RenewAnswer> {
    const request = renewRequestSchema.safeParse(readJson(body));
    if (!request.success) return refusal('bad-request', 'the renew request is not understood; update the agent');
    const { identities, brokerKeys } = this.broker.get();
    const record = (await readRecord(identities, recordKeys.endpoint(endpointId), endpointRecordSchema))?.value;
    if (record?.nkey !== userNkey) return refusal('endpoint-unknown', 'this endpoint is not enrolled here; enrol it anew with a token');
    if (record.revokedAt !== null) return refusal('endpoint-revoked', 'this endpoint was cut off; to let this machine back in, enrol it anew with a token');
    // Those of a signing key that was replaced are issued anew unasked, so that nobody holds on to it.
    const outdated = request.data.issuers.some((issuer) => issuer !== brokerKeys.agentSigner.publicKey && issuer !== brokerKeys.renewSigner.publicKey);
    const user = { endpointId, nkey: record.nkey, now: this.clock.now() };
    const { checkpoint } = request.data;
    // What an endpoint is shown of the record comes beside the answer, and never keeps it from one.
    const witness = checkpoint === undefined ? undefined : await this.shown.for(checkpoint).catch(() => undefined);
    const chain = request.data.chain === true ? await this.chainEnd(endpointId) : undefined;
    return {
      keyset: this.keysets.get(),
      time: this.clock.iso(),
      credentials: request.data.renew || outdated ? { jwt: issueAgentJwt(brokerKeys, user), renewalJwt: issueRenewalJwt(brokerKeys, user) } : null,
      ...(witness === undefined ? {} : { witness }),
      ...(chain === undefined ? {} : { chain }),
    };
  }

  /** Where the endpoint's chain ends, once all that is in the record has been folded; undefined where that takes too long. */
  private async chainEnd(endpointId: string) {
    try {
      return chainEnd(await this.fold.current(), endpointId) ?? null;
    } catch (error) {
      if (error instanceof DomainError && error.retryable) return undefined;
      throw error;
    }
  }
}
