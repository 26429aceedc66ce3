import { Controller, Get, Param, Query } from '@nestjs/common';
import {
  detailQuerySchema, endpointDetailSchema, endpointIdSchema, endpointListQuerySchema, endpointPageSchema, packageListQuerySchema, packagePageSchema,
  performanceQuerySchema, performanceSchema,
} from '@kanade/contracts';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { GetEndpointQuery } from './get-endpoint.query.ts';
import { GetPerformanceQuery } from './get-performance.query.ts';
import { ListEndpointPackagesQuery } from './list-endpoint-packages.query.ts';
import { ListEndpointsQuery } from './list-endpoints.query.ts';

@ApiTags('endpoints')
@Controller('api/v1/endpoints')
export class EndpointsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    id: 'listEndpoints',
    summary: 'Endpoints, a page at a time, searched and sorted.',
    answer: endpointPageSchema,
    answerText: 'A page of endpoints.',
    problems: ['position-unknown', 'read-behind'],
  })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: endpointListQuerySchema }) query: z.infer<typeof endpointListQuerySchema>) {
    return this.queries.execute(new ListEndpointsQuery(principal, query));
  }

  @Get(':endpointId')
  @Operation({
    id: 'getEndpoint',
    summary: 'One endpoint with its inventory.',
    answer: endpointDetailSchema,
    answerText: 'The endpoint.',
    problems: ['not-found', 'position-unknown', 'read-behind'],
  })
  get(
    @CurrentPrincipal() principal: Principal,
    @Param('endpointId', { schema: endpointIdSchema }) endpointId: string,
    @Query({ schema: detailQuerySchema }) query: z.infer<typeof detailQuerySchema>,
  ) {
    return this.queries.execute(new GetEndpointQuery(principal, { endpointId, ...query }));
  }

  @Get(':endpointId/packages')
  @Operation({
    id: 'listEndpointPackages',
    summary: 'Software installed on one endpoint.',
    answer: packagePageSchema,
    answerText: 'A page of packages.',
    problems: ['not-found', 'position-unknown', 'read-behind'],
  })
  packages(
    @CurrentPrincipal() principal: Principal,
    @Param('endpointId', { schema: endpointIdSchema }) endpointId: string,
    @Query({ schema: packageListQuerySchema }) query: z.infer<typeof packageListQuerySchema>,
  ) {
    return this.queries.execute(new ListEndpointPackagesQuery(principal, { endpointId, ...query }));
  }

  @Get(':endpointId/performance')
  @Operation({
    id: 'getEndpointPerformance',
    summary: 'Performance samples of one endpoint, oldest first.',
    answer: performanceSchema,
    answerText: 'The samples.',
    problems: ['not-found'],
  })
  performance(
    @CurrentPrincipal() principal: Principal,
    @Param('endpointId', { schema: endpointIdSchema }) endpointId: string,
    @Query({ schema: performanceQuerySchema }) query: z.infer<typeof performanceQuerySchema>,
  ) {
    return this.queries.execute(new GetPerformanceQuery(principal, { endpointId, ...query }));
  }
}
