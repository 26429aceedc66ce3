import { Controller, Get, Query } from '@nestjs/common';
import { detailQuerySchema, overviewSchema } from '@kanade/contracts';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { GetOverviewQuery } from './get-overview.query.ts';

@ApiTags('system')
@Controller('api/v1/overview')
export class OverviewController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    id: 'getOverview',
    needs: 'fleet:read',
    summary: 'The fleet at a glance, what runs now, the latest results.',
    answer: overviewSchema,
    answerText: 'The overview.',
    problems: ['position-unknown', 'past-trimmed', 'read-behind'],
  })
  get(@CurrentPrincipal() principal: Principal, @Query({ schema: detailQuerySchema }) query: z.infer<typeof detailQuerySchema>) {
    return this.queries.execute(new GetOverviewQuery(principal, query));
  }
}
