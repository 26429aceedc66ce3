import { Query } from '@nestjs/cqrs';
import type { eventListQuerySchema, eventPageSchema } from '@kanade/contracts';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';

export type ListEventsParams = z.infer<typeof eventListQuerySchema>;
export type ListEventsResult = z.infer<typeof eventPageSchema>;

/** The event history. */
export class ListEventsQuery extends Query<ListEventsResult> {
  constructor(
    readonly principal: Principal,
    readonly params: ListEventsParams,
  ) {
    super();
  }
}
