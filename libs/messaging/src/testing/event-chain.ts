import { randomUUID } from 'node:crypto';
import { chainStart, headers as names, subjects } from '@kanade/contracts';
import type { EndpointEvent } from '@kanade/contracts';
import { chainHash, sha256Hex } from '@kanade/proof';
import { signBytes } from '../crypto/signatures.ts';
import type { SigningKey } from '../crypto/keys.ts';
import type { OutgoingMessage } from '../wire/message.ts';

/** What an endpoint writes: each event numbered, signed, and bound to the one before it. */
export class EventChain {
  readonly #endpointId: string;
  readonly #key: SigningKey;
  #epoch = 1;
  #sequence = 0;
  #previous: string = chainStart;

  constructor(endpointId: string, key: SigningKey) {
    this.#endpointId = endpointId;
    this.#key = key;
  }

  /** Goes on in a later epoch, which counts from its own beginning. */
  beginEpoch(epoch: number): void {
    this.#epoch = epoch;
    this.#sequence = 0;
    this.#previous = chainStart;
  }

  /** The next event of the chain; `signer` signs in the endpoint’s stead. */
  next(type: EndpointEvent['type'], data: object, signer: SigningKey = this.#key): OutgoingMessage {
    const event = { specversion: '1.0', id: randomUUID(), source: `endpoint/${this.#endpointId}`, type, time: new Date().toISOString(), data };
    const body = Buffer.from(JSON.stringify(event));
    this.#sequence += 1;
    const subject = subjects.endpointEvents(this.#endpointId);
    const hash = chainHash({ subject, epoch: this.#epoch, sequence: this.#sequence, previous: this.#previous, bodyDigest: sha256Hex(body) });
    const headers = {
      [names.epoch]: String(this.#epoch),
      [names.sequence]: String(this.#sequence),
      [names.previous]: this.#previous,
      [names.signature]: signBytes(signer, hash),
      [names.key]: this.#key.id,
    };
    this.#previous = hash;
    return { body, headers };
  }
}
