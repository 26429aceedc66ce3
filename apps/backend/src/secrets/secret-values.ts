import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { timeSchema } from '@kanade/contracts';
import { MessagingError } from '@kanade/messaging';
import { z } from 'zod';
import { readRecord } from '../accounts/identity-records.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';

/** What is kept of a value: encrypted, and whether it could stand in an environment. */
const valueRecordSchema = z.strictObject({
  name: z.string(),
  version: z.int(),
  valueId: z.string(),
  sealed: z.string(),
  text: z.boolean(),
  writtenAt: timeSchema,
});
type ValueRecord = z.infer<typeof valueRecordSchema>;

/** Which value: an event names it. */
export interface ValueRef {
  readonly name: string;
  readonly version: number;
  readonly valueId: string;
}

/** A value, or why it is not to be had. */
export type OpenedValue = { readonly value: Buffer; readonly text: boolean } | { readonly code: string; readonly message: string };

/** One that no event speaks of after so long, ms, is of a request that died in between. */
const orphanMs = 600_000;
const prefix = 'secret';
const keyOf = ({ name, valueId }: ValueRef): string => `${prefix}.${name}.${valueId}`;

/** Whether bytes can be the value of an environment variable. */
function isText(value: Buffer): boolean {
  return !value.includes(0) && Buffer.from(value.toString('utf8')).equals(value);
}

/** The values of secrets: encrypted in records of the broker, under a key that is not in it. */
@Injectable()
export class SecretValues {
  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
  ) {}

  /** Written before the event that names it; again for each attempt, for the version is part of what is sealed. */
  async put(ref: ValueRef, value: Buffer): Promise<void> {
    const { identities } = this.broker.get();
    const record: ValueRecord = { ...ref, sealed: this.seal(ref, value), text: isText(value), writtenAt: this.clock.iso() };
    for (;;) {
      if ((await identities.create(keyOf(ref), record)) !== undefined) return;
      const known = await identities.get(keyOf(ref));
      if (known !== undefined && (await identities.update(keyOf(ref), record, known.revision)) !== undefined) return;
    }
  }

  async open(ref: ValueRef): Promise<OpenedValue> {
    const again = `set it again with: kanade secret set ${ref.name}`;
    try {
      const record = (await readRecord(this.broker.get().identities, keyOf(ref), valueRecordSchema))?.value;
      if (record === undefined) return { code: 'secret-lost', message: `The value of the secret ${ref.name} is not there any more; ${again}.` };
      return { value: this.unseal(ref, record.sealed), text: record.text };
    } catch (error) {
      // A broker out of reach is another matter: it is tried again.
      if (error instanceof MessagingError && error.code !== 'tampered') throw error;
      return { code: 'secret-unreadable', message: `The value of the secret ${ref.name} was altered in the broker, or its key is another one; ${again}.` };
    }
  }

  /** Purges the values of one secret that are older than what counts, or than its deletion. */
  async purgeOlder({ name, version }: { readonly name: string; readonly version: number }, kept: string | null): Promise<void> {
    for (const record of await this.list(`${prefix}.${name}`)) {
      if (record.version <= version && record.valueId !== kept) await this.broker.get().identities.delete(keyOf(record));
    }
  }

  /** Purges every value that `isWanted` does not want: what a crash left behind. Returns how many those were. */
  async purgeUnwanted(isWanted: (ref: ValueRef) => boolean): Promise<number> {
    const newest = this.clock.now() - orphanMs;
    const gone = (await this.list(prefix)).filter((record) => !isWanted(record) && Date.parse(record.writtenAt) < newest);
    for (const record of gone) await this.broker.get().identities.delete(keyOf(record));
    return gone.length;
  }

  private async list(under: string): Promise<ValueRecord[]> {
    const { records } = await this.broker.get().identities.list(under);
    return records.map(({ value }) => valueRecordSchema.parse(value));
  }

  private context = ({ name, version, valueId }: ValueRef): Buffer => Buffer.from(['kanade job secret', name, version, valueId].join('\n'));

  /** Nonce, tag and ciphertext; bound to its name and version, so that no record stands in for another. */
  private seal(ref: ValueRef, value: Buffer): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.broker.get().keys.secretSeal, nonce).setAAD(this.context(ref));
    const sealed = Buffer.concat([cipher.update(value), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
  }

  private unseal(ref: ValueRef, sealed: string): Buffer {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.broker.get().keys.secretSeal, bytes.subarray(0, 12), { authTagLength: 16 })
      .setAAD(this.context(ref))
      .setAuthTag(bytes.subarray(12, 28));
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
  }
}
