import { checkpointText } from '@kanade/contracts';
import type { Checkpoint } from '@kanade/contracts';
import { isConsistent } from './merkle.ts';
import { verifyBytes } from './signatures.ts';
import type { PublicSigningKey } from './signatures.ts';

/** Why a checkpoint is not signed by one of these keys, in English; undefined when it is. */
export function checkpointFault(checkpoint: Checkpoint, keys: readonly PublicSigningKey[]): string | undefined {
  const key = keys.find(({ id }) => id === checkpoint.key);
  if (key === undefined) return `the checkpoint is signed by ${checkpoint.key}, a key that is not known here`;
  return verifyBytes(key.publicKey, checkpointText(checkpoint), checkpoint.signature) ? undefined : 'the signature does not fit the checkpoint';
}

/** A hash as it stands in proofs. */
export const writeHash = (hash: Uint8Array): string => Buffer.from(hash).toString('base64url');

/** The hash a text of a proof stands for. */
export const readHash = (text: string): Buffer => Buffer.from(text, 'base64url');

/** True when the path proves that what the first checkpoint speaks of is the beginning of what the second does. */
export function continues(first: Checkpoint, second: Checkpoint, path: readonly string[]): boolean {
  const head = ({ size, root }: Checkpoint) => ({ size, root: Buffer.from(root, 'hex') });
  return first.incarnation === second.incarnation && isConsistent(head(first), head(second), path.map(readHash));
}
