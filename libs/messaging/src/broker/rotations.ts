import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { rotatableKeyUses } from '@kanade/contracts';
import type { BrokerKeyUse, RotatableKeyUse } from '@kanade/contracts';
import { createSigningKey, loadSigningKey, saveSigningKey } from '../crypto/keys.ts';
import { generateNkey, publicKeyOf } from '../crypto/nkey.ts';
import { readPrivateFile, writePrivateFile } from '../crypto/private-files.ts';
import { MessagingError } from '../errors.ts';
import { isRecord, listAt, parseRecord, recordAt, textAt } from '../wire/json.ts';
import type { JsonRecord } from '../wire/json.ts';
import { agentJwtLifetimeMs, enrolmentJwtLifetimeMs, renewalJwtLifetimeMs } from './users.ts';

/** The public half of a key; an NKey is its own id. */
export interface PublicHalf {
  readonly id: string;
  readonly publicKey: string;
}

/** One key that took another's place; times are RFC 3339. */
export interface KeyRotation {
  readonly use: RotatableKeyUse;
  readonly previous: PublicHalf;
  readonly next: PublicHalf;
  readonly rotatedAt: string;
  readonly rotatedBy: string;
  /** Until when what the previous key signed was to count, as said when it was replaced. */
  readonly previousEndsAt: string;
  /** That it ended earlier, and because of whom. */
  readonly retired: { readonly at: string; readonly by: string } | null;
}

const rotationsFile = (keysDir: string): string => join(keysDir, 'rotations.json');

const isNkey = (use: RotatableKeyUse): use is BrokerKeyUse => use === 'operator' || use.startsWith('signing-');
const keyFileName = (use: RotatableKeyUse): string => (isNkey(use) ? `${use}.nk` : `${use}.pem`);

/** Path of the file with a key's private half. */
export function keyFile(keysDir: string, use: RotatableKeyUse): string {
  return join(keysDir, keyFileName(use));
}

/** The public half of the key that counts now. */
export function readPublicHalf(keysDir: string, use: RotatableKeyUse): PublicHalf {
  const file = keyFile(keysDir, use);
  if (!isNkey(use)) {
    const { id, publicKey } = loadSigningKey(file);
    return { id, publicKey };
  }
  const publicKey = publicKeyOf(readPrivateFile(file).trim());
  return { id: publicKey, publicKey };
}

const halfOf = (record: JsonRecord, key: string): PublicHalf => {
  const half = recordAt(record, key);
  return { id: textAt(half, 'id'), publicKey: textAt(half, 'publicKey') };
};

function rotationOf(value: unknown, file: string): KeyRotation {
  const use = isRecord(value) ? rotatableKeyUses.find((name) => name === value['use']) : undefined;
  if (!isRecord(value) || use === undefined) throw new MessagingError('invalid', `${file} is damaged; restore it from a backup`, { details: { file } });
  const retired = recordAt(value, 'retired');
  return {
    use,
    previous: halfOf(value, 'previous'),
    next: halfOf(value, 'next'),
    rotatedAt: textAt(value, 'rotatedAt'),
    rotatedBy: textAt(value, 'rotatedBy'),
    previousEndsAt: textAt(value, 'previousEndsAt'),
    retired: textAt(retired, 'at') === '' ? null : { at: textAt(retired, 'at'), by: textAt(retired, 'by') },
  };
}

/** Written down before the key's file is replaced: one whose file was not replaced did not happen. */
function readAll(keysDir: string): KeyRotation[] {
  const file = rotationsFile(keysDir);
  if (!existsSync(file)) return [];
  return listAt(parseRecord(readPrivateFile(file), file), 'rotations').map((value) => rotationOf(value, file));
}

function happened(keysDir: string, all: readonly KeyRotation[]): KeyRotation[] {
  const expected = new Map<RotatableKeyUse, string>();
  const kept = [...all].reverse().filter((rotation) => {
    const id = expected.get(rotation.use) ?? readPublicHalf(keysDir, rotation.use).id;
    if (rotation.next.id !== id) return false;
    expected.set(rotation.use, rotation.previous.id);
    return true;
  });
  return kept.reverse();
}

/** Every rotation of this installation's keys, oldest first. */
export function readRotations(keysDir: string): KeyRotation[] {
  return happened(keysDir, readAll(keysDir));
}

function write(keysDir: string, rotations: readonly KeyRotation[]): void {
  writePrivateFile(rotationsFile(keysDir), `${JSON.stringify({ rotations }, null, 2)}\n`);
}

/** When the previous key of a rotation ends, or ended, Unix ms. */
export function endOfPrevious({ previousEndsAt, retired }: KeyRotation): number {
  return Math.min(Date.parse(previousEndsAt), retired === null ? Infinity : Date.parse(retired.at));
}

/** The longest a credential of each kind lives, ms: no longer need its signer count. The others end with their replacement. */
const outlives: Partial<Record<RotatableKeyUse, number>> = {
  'signing-agent': agentJwtLifetimeMs,
  'signing-renew': renewalJwtLifetimeMs,
  'signing-enrol': enrolmentJwtLifetimeMs,
};

/**
 * Puts a new key in the place of one and destroys the old private half; whoever signs with it must not be running. `graceMs` is how long what
 * the old command, desired and checkpoint key signed goes on counting.
 */
export function rotateKey(keysDir: string, use: RotatableKeyUse, options: { readonly by: string; readonly now: number; readonly graceMs: number }): KeyRotation {
  const { by, now } = options;
  const at = (ms: number): string => new Date(ms).toISOString();
  const previous = readPublicHalf(keysDir, use);
  const graceMs = outlives[use] ?? (use === 'command' || use === 'desired' || use === 'checkpoint' ? options.graceMs : 0);
  const place = (next: PublicHalf, replace: () => void): KeyRotation => {
    const rotation = { use, previous, next, rotatedAt: at(now), rotatedBy: by.slice(0, 100), previousEndsAt: at(now + graceMs), retired: null };
    write(keysDir, [...readRotations(keysDir), rotation]);
    replace();
    return rotation;
  };
  if (isNkey(use)) {
    const made = generateNkey(use === 'operator' ? 'operator' : 'account');
    return place({ id: made.publicKey, publicKey: made.publicKey }, () => writePrivateFile(keyFile(keysDir, use), `${made.seed}\n`));
  }
  const made = createSigningKey();
  return place({ id: made.id, publicKey: made.publicKey }, () => saveSigningKey(made, keyFile(keysDir, use)));
}

/** Ends every earlier key of a use now; returns those that still counted. */
export function retireKeys(keysDir: string, use: RotatableKeyUse, { by, now }: { readonly by: string; readonly now: number }): KeyRotation[] {
  const ends = (rotation: KeyRotation): boolean => rotation.use === use && endOfPrevious(rotation) > now;
  const all = readRotations(keysDir);
  const retired = { at: new Date(now).toISOString(), by: by.slice(0, 100) };
  const ended = all.filter(ends);
  if (ended.length > 0) write(keysDir, all.map((rotation) => (ends(rotation) ? { ...rotation, retired } : rotation)));
  return ended;
}

/** Public NKeys of the scoped signing keys that were replaced and whose credentials still count, by use. */
export function earlierSigners(keysDir: string, now: number): ReadonlyMap<BrokerKeyUse, readonly string[]> {
  const found = new Map<BrokerKeyUse, readonly string[]>();
  for (const rotation of readRotations(keysDir)) {
    const { use } = rotation;
    if (isNkey(use) && use !== 'operator' && endOfPrevious(rotation) > now) found.set(use, [...(found.get(use) ?? []), rotation.previous.id]);
  }
  return found;
}

/** Public NKeys the operator had before. */
export function earlierOperators(keysDir: string): ReadonlySet<string> {
  return new Set(readRotations(keysDir).flatMap(({ use, previous }) => (use === 'operator' ? [previous.id] : [])));
}
