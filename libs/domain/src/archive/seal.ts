import { accept } from '../decision.ts';
import type { Decision } from '../decision.ts';

/** A seal depends on no seal before it: each says the same of what it covers. */
export type ArchiveState = Readonly<Record<string, never>>;

export const initialArchive: ArchiveState = {};

/** Tells that the record up to a position was verified in the archive and sealed; whether it was is known to whoever read it. */
export function decideSeal(sealed: { readonly through: string; readonly root: string }): Decision {
  return accept({ type: 'kanade.archive.sealed.v1', data: sealed });
}
