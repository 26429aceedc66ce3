import { Command } from '@nestjs/cqrs';
import type { applyJobRequestSchema, applyJobResultSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type ApplyJobResult = z.infer<typeof applyJobResultSchema>;

/** Register a job's manifest. */
export class ApplyJobCommand extends Command<ApplyJobResult> {
  constructor(
    readonly principal: Principal,
    readonly jobId: string,
    readonly request: z.infer<typeof applyJobRequestSchema>,
  ) {
    super();
  }
}
