import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { eventDetailSchema, eventExportQuerySchema, eventListQuerySchema, eventPageSchema, positionSchema } from '@kanade/contracts';
import { QueryBus } from '@nestjs/cqrs';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { ExportEventsQuery } from './export-events.query.ts';
import { GetEventQuery } from './get-event.query.ts';
import { ListEventsQuery } from './list-events.query.ts';

const positionHeader = 'Kanade-Position';
const mediaType = 'application/x-ndjson';

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
    problems: ['position-unknown', 'past-trimmed', 'read-behind'],
  })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: eventListQuerySchema }) query: z.infer<typeof eventListQuerySchema>) {
    return this.queries.execute(new ListEventsQuery(principal, query));
  }

  @Get('export')
  @Operation({
    id: 'exportEvents',
    needs: 'audit:read',
    summary: 'Events as they were recorded, oldest first, with the proof that they stand in the record; see docs/adr/0022.',
    answerText: 'The file; one that is cut short has no line of kind `end`.',
    problems: ['not-found', 'position-unknown', 'read-behind'],
  })
  @ApiResponse({
    status: 200,
    headers: { [positionHeader]: { description: 'The position of the checkpoint that the proofs lead to.', schema: { type: 'string' } } },
    content: { [mediaType]: { schema: { type: 'string' } } },
  })
  async export(@Query({ schema: eventExportQuerySchema }) query: z.infer<typeof eventExportQuerySchema>, @Res() reply: FastifyReply): Promise<void> {
    const { position, pieces } = await this.queries.execute(new ExportEventsQuery(query));
    await reply
      .header('content-type', `${mediaType}; charset=utf-8`)
      .header('content-disposition', 'attachment; filename="kanade-events.ndjson"')
      .header(positionHeader, position)
      .send(Readable.from(pieces));
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
