import { Query } from '@nestjs/cqrs';
import type { eventDetailSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type GetEventParams = { readonly position: string };
export type GetEventResult = z.infer<typeof eventDetailSchema>;

/** One event whole, as the stream keeps it. */
export class GetEventQuery extends Query<GetEventResult> {
  constructor(
    readonly principal: Principal,
    readonly params: GetEventParams,
  ) {
    super();
  }
}
