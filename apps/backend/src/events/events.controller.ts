import { Controller, Get, Param, Query } from '@nestjs/common';
import { eventDetailSchema, eventListQuerySchema, eventPageSchema, positionSchema } from '@kanade/contracts';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { GetEventQuery } from './get-event.query.ts';
import { ListEventsQuery } from './list-events.query.ts';

@ApiTags('events')
@Controller('api/v1/events')
export class EventsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    id: 'listEvents',
    needs: 'history:read',
    summary: 'The event history.',
    answer: eventPageSchema,
    answerText: 'A page of events.',
    problems: ['position-unknown', 'read-behind'],
  })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: eventListQuerySchema }) query: z.infer<typeof eventListQuerySchema>) {
    return this.queries.execute(new ListEventsQuery(principal, query));
  }

  @Get(':position')
  @Operation({
    id: 'getEvent',
    needs: 'history:read',
    summary: 'One event whole: exact body, headers, signature state.',
    answer: eventDetailSchema,
    answerText: 'The event.',
    problems: ['not-found', 'position-unknown', 'read-behind'],
  })
  get(@CurrentPrincipal() principal: Principal, @Param('position', { schema: positionSchema }) position: string) {
    return this.queries.execute(new GetEventQuery(principal, { position }));
  }
}
