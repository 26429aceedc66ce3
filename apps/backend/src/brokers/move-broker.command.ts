import { Command } from '@nestjs/cqrs';
import type { moveBrokerRequestSchema, moveBrokerResultSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type MoveBrokerRequest = z.infer<typeof moveBrokerRequestSchema>;
export type MoveBrokerResult = z.infer<typeof moveBrokerResultSchema>;

/** Have endpoints reach the broker elsewhere, or by another authority. */
export class MoveBrokerCommand extends Command<MoveBrokerResult> {
  constructor(
    readonly principal: Principal,
    readonly request: MoveBrokerRequest,
  ) {
    super();
  }
}
