import { keyId } from './signatures.ts';
import type { PublicSigningKey } from './signatures.ts';

/** Public keys of the installation, by a way that whoever made an export does not control. */
export interface TrustedKeys {
  readonly root: PublicSigningKey;
  /** The first control key there was; the record tells of each that took its place. */
  readonly control: PublicSigningKey;
  /** Every checkpoint key there was. */
  readonly checkpoints: readonly PublicSigningKey[];
}

const format = 'kanade.keys.v1';
const halfOf = ({ id, publicKey }: PublicSigningKey): PublicSigningKey => ({ id, publicKey });

/** The file that auditors are given; nothing in it is secret. */
export function writeTrustedKeys({ root, control, checkpoints }: TrustedKeys): string {
  return `${JSON.stringify({ format, root: halfOf(root), control: halfOf(control), checkpoints: checkpoints.map(halfOf) }, null, 2)}\n`;
}

function keyAt(value: unknown): PublicSigningKey | undefined {
  if (typeof value !== 'object' || value === null || !('publicKey' in value) || typeof value.publicKey !== 'string') return undefined;
  // What a key is called follows from the key.
  return { id: keyId(value.publicKey), publicKey: value.publicKey };
}

/** Reads such a file; undefined when it is none. */
export function readTrustedKeys(text: string): TrustedKeys | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== format || !('checkpoints' in value) || !Array.isArray(value.checkpoints)) return undefined;
  const root = 'root' in value ? keyAt(value.root) : undefined;
  const control = 'control' in value ? keyAt(value.control) : undefined;
  return root === undefined || control === undefined ? undefined : { root, control, checkpoints: value.checkpoints.flatMap((key: unknown) => keyAt(key) ?? []) };
}
