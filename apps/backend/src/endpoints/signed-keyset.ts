import { Injectable } from '@nestjs/common';
import { keysetSchema, signedKeysetSchema, signedText } from '@kanade/contracts';
import type { Keyset, SignedKeyset } from '@kanade/contracts';
import { sha256Hex, signBytes } from '@kanade/messaging';
import type { ServerKeys } from '@kanade/messaging';
import { readRecord } from '../accounts/identity-records.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';

const recordKey = 'keyset.current';
const keysetSubject = 'kanade.keyset';
const lifetimeMs = 730 * 86_400_000;
/** Clocks of endpoints are behind ours now and then. */
const leewayMs = 86_400_000;
const uses = ['command', 'desired', 'control', 'checkpoint'] as const;

function isCurrent({ keys }: Keyset, server: ServerKeys, now: number): boolean {
  return uses.every((use) => keys.some((key) => key.use === use && key.id === server[use].id && Date.parse(key.validUntil) - now > lifetimeMs / 2));
}

/** The keys agents are to believe, signed by the root key they pinned; a new version whenever one of them changes or grows old. */
@Injectable()
export class SignedKeysets {
  private current: SignedKeyset | undefined;

  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
  ) {}

  /** Reads or makes the newest keyset; two replicas that start at once end with the same one. */
  async start(): Promise<void> {
    const { identities, keys } = this.broker.get();
    for (;;) {
      const record = await readRecord(identities, recordKey, signedKeysetSchema);
      const known = record && keysetSchema.parse(JSON.parse(Buffer.from(record.value.body, 'base64url').toString()));
      if (record !== undefined && known !== undefined && isCurrent(known, keys, this.clock.now())) {
        this.current = record.value;
        return;
      }
      const made = this.sign((known?.version ?? 0) + 1, known);
      await (record === undefined ? identities.create(recordKey, made) : identities.update(recordKey, made, record.revision));
    }
  }

  get(): SignedKeyset {
    if (this.current === undefined) throw new Error('the keyset is asked for before it was made');
    return this.current;
  }

  private sign(version: number, before: Keyset | undefined): SignedKeyset {
    const { keys } = this.broker.get();
    const now = this.clock.now();
    const validFrom = new Date(now - leewayMs).toISOString();
    const validUntil = new Date(now + lifetimeMs).toISOString();
    const current = uses.map((use) => ({ id: keys[use].id, use, publicKey: keys[use].publicKey, validFrom, validUntil }));
    const ids = new Set(current.map(({ id }) => id));
    // What was signed with a key before it was replaced still counts until that key ends.
    const older = (before?.keys ?? []).filter((key) => !ids.has(key.id) && Date.parse(key.validUntil) > now);
    const body = Buffer.from(JSON.stringify({ version, keys: [...current, ...older].slice(0, 100) } satisfies Keyset));
    return { body: body.toString('base64url'), signature: signBytes(keys.root, signedText('keyset', keysetSubject, sha256Hex(body))) };
  }
}
