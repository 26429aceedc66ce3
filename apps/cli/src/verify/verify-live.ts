import { getConsistency, getLatestCheckpoint, getStatus } from '@kanade/api-client';
import type { Checkpoint } from '@kanade/contracts';
import { checkpointFault, continues } from '@kanade/proof';
import type { Defect, TrustedKeys } from '@kanade/proof';

/** What a look at a live backend came to. */
export interface LiveReport {
  readonly ok: boolean;
  readonly checkpoint: Checkpoint;
  /** Those it was held against. */
  readonly known: readonly Checkpoint[];
  readonly isSignatureChecked: boolean;
  readonly lagEvents: number;
  readonly invalidCount: number;
  /** What the backend's verifier says of itself. */
  readonly verifier: string;
  readonly defects: readonly Defect[];
}

async function against(known: Checkpoint, latest: Checkpoint): Promise<Defect[]> {
  const { size, incarnation, time } = known;
  if (incarnation !== latest.incarnation) return [{ kind: 'foreign-incarnation', position: null, detail: `the record is history ${latest.incarnation}; the checkpoint signed at ${time} was of ${incarnation}. After a restore from a backup that is so: then forget the old one with --forget` }];
  if (size > latest.size) return [{ kind: 'cut-short', position: latest.size, detail: `a checkpoint over ${size} events was signed at ${time}; the record is signed up to ${latest.size}` }];
  const { path } = await getConsistency({ from: size, to: latest.size });
  return continues(known, latest, path) ? [] : [{ kind: 'checkpoint-contradicted', position: size, detail: `the first ${size} events are not those that were signed at ${time}` }];
}

/** Asks for the newest checkpoint and holds it against what is known. */
export async function verifyLive(keys: TrustedKeys | undefined, known: readonly Checkpoint[]): Promise<LiveReport> {
  const { position, verifier, checks } = await getStatus();
  const checkpoint = await getLatestCheckpoint({ minPosition: position });
  const fault = keys === undefined ? undefined : checkpointFault(checkpoint, keys.checkpoints);
  const signature: Defect[] = fault === undefined ? [] : [{ kind: 'checkpoint-signature', position: checkpoint.size, detail: fault }];
  const others = await Promise.all(known.map((one) => against(one, checkpoint)));
  const defects = [...signature, ...others.flat()];
  return {
    ok: defects.length === 0 && checks.verifier.status !== 'failed', checkpoint, known, isSignatureChecked: keys !== undefined,
    lagEvents: verifier.lagEvents, invalidCount: verifier.invalidCount, verifier: checks.verifier.detail, defects,
  };
}
