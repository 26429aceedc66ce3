import type { archiveSealedViewSchema, sealArchiveSchema } from '@kanade/contracts';
import { Command } from '@nestjs/cqrs';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type SealArchive = z.infer<typeof sealArchiveSchema>;
export type ArchiveSealedView = z.infer<typeof archiveSealedViewSchema>;

/** Has the beginning of the record verified in the archive and sealed. */
export class SealArchiveCommand extends Command<ArchiveSealedView> {
  constructor(
    readonly principal: Principal,
    readonly wanted: SealArchive,
  ) {
    super();
  }
}
