import { Injectable } from '@nestjs/common';
import { formatPosition } from '@kanade/contracts';
import type { RenewAnswer, RenewRequest } from '@kanade/contracts';
import { consistencyPath, writeHash } from '@kanade/proof';
import { CheckpointKeeper } from '../checkpoints/checkpoint-keeper.ts';
import { VerifierClient } from '../projections/verifier-client.ts';

type Shown = Extract<RenewAnswer, { keyset: unknown }>['witness'];

/** What endpoints are shown of the record, so that each is a witness of it. */
@Injectable()
export class ShownCheckpoint {
  constructor(
    private readonly keeper: CheckpointKeeper,
    private readonly verifier: VerifierClient,
  ) {}

  /** The newest checkpoint, with the proof that it continues the one the endpoint keeps; undefined where there is none to show yet. */
  async for(kept: NonNullable<RenewRequest['checkpoint']> | null): Promise<Shown> {
    const checkpoint = await this.atLeast(kept);
    if (checkpoint === undefined) return undefined;
    const { subtrees, size } = this.keeper.tree();
    // The verifier has begun anew, and cannot prove yet what was signed before.
    if (size < checkpoint.size) return undefined;
    const isContinued = kept?.incarnation === checkpoint.incarnation && kept.size <= checkpoint.size;
    return { checkpoint, path: isContinued ? consistencyPath(subtrees, kept.size, checkpoint.size).map(writeHash) : null };
  }

  /** Another replica may have signed for more events than this one has seen: that is no conflict, and is not to look like one. */
  private async atLeast(kept: NonNullable<RenewRequest['checkpoint']> | null) {
    const latest = this.keeper.latest();
    if (latest === undefined || kept?.incarnation !== latest.incarnation || kept.size <= latest.size) return latest;
    try {
      return await this.keeper.covering(formatPosition({ incarnation: kept.incarnation, sequence: kept.size }));
    } catch {
      // Still behind, or truly shorter than what was signed: only in that case has the verifier nothing more to look at.
      return this.verifier.status().lagEvents === 0 ? latest : undefined;
    }
  }
}
