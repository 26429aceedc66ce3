import type { KeyRotation, PublicSigningKey, ServerKeys } from '@kanade/messaging';
import type { ControlTrust } from '@kanade/proof';

/** What control events of an installation with these keys are held against. */
export function controlTrust({ root, control }: Pick<ServerKeys, 'root' | 'control'>, rotations: readonly KeyRotation[]): ControlTrust {
  const publicHalf = ({ id, publicKey }: PublicSigningKey) => ({ id, publicKey });
  // The first there was: a rotation that the history does not tell of yet is told as soon as the broker is there.
  return { root: publicHalf(root), control: publicHalf(rotations.find(({ use }) => use === 'control')?.previous ?? control) };
}
