import type { rebuildStartedSchema } from '@kanade/contracts';
import { Command } from '@nestjs/cqrs';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type RebuildStarted = z.infer<typeof rebuildStartedSchema>;

/** Has every replica build its read model anew; `poison`: because what could not be folded can be now, which is refused where there is none. */
export class StartRebuildCommand extends Command<RebuildStarted> {
  constructor(
    readonly principal: Principal,
    readonly reason: 'asked' | 'poison',
  ) {
    super();
  }
}
