import { createEnrolmentToken } from '@kanade/api-client';
import { chainStart, enrolAnswerSchema, enrolmentTokenSchema, headers as headerNames, signedText, subjects } from '@kanade/contracts';
import type { EndpointEvent, EnrolBody } from '@kanade/contracts';
import { chainHash, connectAgent, createSealingKey, createSigningKey, enrolWithToken, generateNkey, sha256Hex, signBytes, signTextWithSeed } from '@kanade/messaging';

type Connection = Awaited<ReturnType<typeof connectAgent>>;
const readJson = (bytes: Uint8Array | string): unknown => JSON.parse(Buffer.from(bytes).toString());

/** An endpoint that enrolled as it should, with keys of its own, and says of itself whatever the attacker likes: all of it is signed, and believed to be its word. */
export class HostileEndpoint {
  readonly endpointId: string;
  readonly #connection: Connection;
  readonly #signing: ReturnType<typeof createSigningKey>;
  #sequence = 0;
  #previous = chainStart;
  #lastSequence = 0;

  private constructor(endpointId: string, connection: Connection, signing: ReturnType<typeof createSigningKey>) {
    this.endpointId = endpointId;
    this.#connection = connection;
    this.#signing = signing;
  }

  static async enrol(said: Pick<EnrolBody, 'hostname' | 'os' | 'agentVersion'>): Promise<HostileEndpoint> {
    const made = await createEnrolmentToken({ expiresIn: '1h', maxUses: 1, site: 'default', approval: false });
    const token = enrolmentTokenSchema.parse(readJson(Buffer.from(made.token, 'base64url')));
    const [nkey, signing, sealing] = [generateNkey('user'), createSigningKey(), createSealingKey()];
    const body: EnrolBody = {
      ...said, tokenId: token.tokenId, nkey: nkey.publicKey, signingKey: signing.publicKey, sealingKey: sealing.publicKey, simulated: false, at: new Date().toISOString(),
    };
    const text = JSON.stringify(body);
    const signed = signedText('enrol', token.tokenId, sha256Hex(text));
    const request = { body: text, signature: signBytes(signing, signed), nkeySignature: signTextWithSeed(nkey.seed, signed) };
    const answer = enrolAnswerSchema.parse(readJson(await enrolWithToken(token, Buffer.from(JSON.stringify(request)))));
    if ('error' in answer) throw new Error(answer.error.message);
    const credentials = { jwt: answer.jwt, seed: nkey.seed };
    const connection = await connectAgent({ urls: token.urls, credentials: () => credentials, endpointId: answer.endpointId, ca: null });
    return new HostileEndpoint(answer.endpointId, connection, signing);
  }

  /** Tells something as its own event. */
  async tell(type: EndpointEvent['type'], data: object): Promise<void> {
    const body = Buffer.from(JSON.stringify({ specversion: '1.0', id: crypto.randomUUID(), source: `endpoint/${this.endpointId}`, type, time: new Date().toISOString(), data }));
    this.#sequence += 1;
    const subject = subjects.endpointEvents(this.endpointId);
    const hash = chainHash({ subject, epoch: 1, sequence: this.#sequence, previous: this.#previous, bodyDigest: sha256Hex(body) });
    const headers = {
      [headerNames.epoch]: '1', [headerNames.sequence]: String(this.#sequence), [headerNames.previous]: this.#previous,
      [headerNames.signature]: signBytes(this.#signing, hash), [headerNames.key]: this.#signing.id,
    };
    const result = await this.#connection.appendEvents([{ body, headers }], this.#lastSequence);
    if (result.outcome !== 'stored') throw new Error(`the event was ${result.outcome}`);
    this.#previous = hash;
    this.#lastSequence = result.lastSequence;
  }

  /** Says with its next beat that another machine acts as it, in these words. */
  warnOfItself(conflict: string): void {
    this.#connection.publishBeat(Buffer.from(JSON.stringify({ at: new Date().toISOString(), agentVersion: 'x', activeRuns: [], conflict })));
  }

  leave(): Promise<void> {
    return this.#connection.close();
  }
}
