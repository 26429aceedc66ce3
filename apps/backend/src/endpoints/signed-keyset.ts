import { Injectable } from '@nestjs/common';
import { keysetSchema, messageKeyUses, signedKeysetSchema, signedText } from '@kanade/contracts';
import type { Keyset, SignedKeyset } from '@kanade/contracts';
import { endOfPrevious, sha256Hex, signBytes } from '@kanade/messaging';
import type { KeyRotation, ServerKeys } from '@kanade/messaging';
import { readRecord } from '../accounts/identity-records.ts';
import { Broker } from '../broker/broker.ts';
import { Clock } from '../clock.ts';

const recordKey = 'keyset.current';
const keysetSubject = 'kanade.keyset';
const lifetimeMs = 730 * 86_400_000;
/** Clocks of endpoints are behind ours now and then. */
const leewayMs = 86_400_000;
/** Keys that were replaced stay listed, so that agents can tell a retired key from a stranger's; the oldest make room. */
const mostKeys = 100;

type ListedKey = Keyset['keys'][number];

/** The end of a key that was replaced, where that is earlier than it was to be. */
function endedKey(key: ListedKey, rotations: readonly KeyRotation[]): ListedKey {
  const rotation = rotations.find(({ previous }) => previous.id === key.id);
  return rotation === undefined || endOfPrevious(rotation) >= Date.parse(key.validUntil) ? key : { ...key, validUntil: new Date(endOfPrevious(rotation)).toISOString() };
}

function isCurrent({ keys }: Keyset, server: ServerKeys, rotations: readonly KeyRotation[], now: number): boolean {
  const listed = messageKeyUses.every((use) => keys.some((key) => key.use === use && key.id === server[use].id && Date.parse(key.validUntil) - now > lifetimeMs / 2));
  return listed && keys.every((key) => endedKey(key, rotations) === key);
}

/** The keys agents are to believe, signed by the root key they pinned; a new version whenever one of them changes or grows old. */
@Injectable()
export class SignedKeysets {
  private current: SignedKeyset | undefined;
  private news = false;

  constructor(
    private readonly broker: Broker,
    private readonly clock: Clock,
  ) {}

  /** Reads or makes the newest keyset; two replicas that start at once end with the same one. */
  async start(): Promise<void> {
    const { identities, keys, rotations } = this.broker.get();
    for (;;) {
      const record = await readRecord(identities, recordKey, signedKeysetSchema);
      const known = record && keysetSchema.parse(JSON.parse(Buffer.from(record.value.body, 'base64url').toString()));
      if (record !== undefined && known !== undefined && isCurrent(known, keys, rotations, this.clock.now())) {
        this.current = record.value;
        return;
      }
      const made = this.sign((known?.version ?? 0) + 1, known);
      this.news = record !== undefined;
      await (record === undefined ? identities.create(recordKey, made) : identities.update(recordKey, made, record.revision));
    }
  }

  get(): SignedKeyset {
    if (this.current === undefined) throw new Error('the keyset is asked for before it was made');
    return this.current;
  }

  /** True, once, when this process replaced a keyset that agents know. */
  takeNews(): boolean {
    const { news } = this;
    this.news = false;
    return news;
  }

  private sign(version: number, before: Keyset | undefined): SignedKeyset {
    const { keys, rotations } = this.broker.get();
    const now = this.clock.now();
    const validFrom = new Date(now - leewayMs).toISOString();
    const validUntil = new Date(now + lifetimeMs).toISOString();
    const current = messageKeyUses.map((use) => ({ id: keys[use].id, use, publicKey: keys[use].publicKey, validFrom, validUntil }));
    const ids = new Set(current.map(({ id }) => id));
    // What was signed with a key before it was replaced still counts until that key ends.
    const older = (before?.keys ?? []).filter((key) => !ids.has(key.id)).map((key) => endedKey(key, rotations));
    const body = Buffer.from(JSON.stringify({ version, keys: [...current, ...older].slice(0, mostKeys) } satisfies Keyset));
    return { body: body.toString('base64url'), signature: signBytes(keys.root, signedText('keyset', keysetSubject, sha256Hex(body))) };
  }
}
