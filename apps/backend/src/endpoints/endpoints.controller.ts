import { Body, Controller, Get, Param, Post, Put, Query } from '@nestjs/common';
import {
  acceptedSchema, assignSiteRequestSchema, detailQuerySchema, endpointDetailSchema, endpointDiffQuerySchema, endpointDiffSchema, endpointIdSchema, endpointListQuerySchema, endpointPageSchema, packageListQuerySchema, packagePageSchema,
  performanceQuerySchema, performanceSchema, revokeEndpointRequestSchema, setEndpointAliasRequestSchema,
} from '@kanade/contracts';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { ApproveEndpointCommand } from './approve-endpoint.command.ts';
import { AssignSiteCommand } from './assign-site.command.ts';
import { DiffEndpointQuery } from './diff-endpoint.query.ts';
import { GetEndpointQuery } from './get-endpoint.query.ts';
import { GetPerformanceQuery } from './get-performance.query.ts';
import { ListEndpointPackagesQuery } from './list-endpoint-packages.query.ts';
import { ListEndpointsQuery } from './list-endpoints.query.ts';
import { ReleaseEndpointCommand } from './release-endpoint.command.ts';
import { RetireEndpointCommand } from './retire-endpoint.command.ts';
import { RevokeEndpointCommand } from './revoke-endpoint.command.ts';
import { SetEndpointAliasCommand } from './set-endpoint-alias.command.ts';

@ApiTags('endpoints')
@Controller('api/v1/endpoints')
export class EndpointsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({
    id: 'listEndpoints',
    needs: 'fleet:read',
    summary: 'Endpoints, a page at a time, searched and sorted.',
    answer: endpointPageSchema,
    answerText: 'A page of endpoints.',
    problems: ['position-unknown', 'past-trimmed', 'read-behind'],
  })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: endpointListQuerySchema }) query: z.infer<typeof endpointListQuerySchema>) {
    return this.queries.execute(new ListEndpointsQuery(principal, query));
  }

  @Get(':endpointId')
  @Operation({
    id: 'getEndpoint',
    needs: 'fleet:read',
    summary: 'One endpoint with its inventory.',
    answer: endpointDetailSchema,
    answerText: 'The endpoint.',
    problems: ['not-found', 'position-unknown', 'past-trimmed', 'read-behind'],
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
    needs: 'fleet:read',
    summary: 'Software installed on one endpoint.',
    answer: packagePageSchema,
    answerText: 'A page of packages.',
    problems: ['not-found', 'position-unknown', 'past-trimmed', 'read-behind'],
  })
  packages(
    @CurrentPrincipal() principal: Principal,
    @Param('endpointId', { schema: endpointIdSchema }) endpointId: string,
    @Query({ schema: packageListQuerySchema }) query: z.infer<typeof packageListQuerySchema>,
  ) {
    return this.queries.execute(new ListEndpointPackagesQuery(principal, { endpointId, ...query }));
  }

  @Get(':endpointId/diff')
  @Operation({
    id: 'diffEndpoint',
    needs: 'fleet:read',
    summary: 'What changed about an endpoint between two moments: where it stands, hardware, system, installed software.',
    answer: endpointDiffSchema,
    answerText: 'What changed.',
    problems: ['not-found', 'position-unknown', 'past-trimmed', 'read-behind'],
  })
  diff(
    @CurrentPrincipal() principal: Principal,
    @Param('endpointId', { schema: endpointIdSchema }) endpointId: string,
    @Query({ schema: endpointDiffQuerySchema }) query: z.infer<typeof endpointDiffQuerySchema>,
  ) {
    return this.queries.execute(new DiffEndpointQuery(principal, { endpointId, ...query }));
  }

  @Get(':endpointId/performance')
  @Operation({
    id: 'getEndpointPerformance',
    needs: 'fleet:read',
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

  @Post(':endpointId/approve')
  @Operation({
    id: 'approveEndpoint',
    needs: 'endpoint:manage',
    summary: 'Let a machine in that enrolled with a token that wants approval.',
    answer: acceptedSchema,
    answerText: 'It is an endpoint of the fleet.',
    problems: ['not-found', 'endpoint-revoked', 'endpoint-retired', 'conflict', 'storage-full'],
  })
  approve(@CurrentPrincipal() principal: Principal, @Param('endpointId', { schema: endpointIdSchema }) endpointId: string) {
    return this.commands.execute(new ApproveEndpointCommand(principal, endpointId));
  }

  @Post(':endpointId/revoke')
  @Operation({
    id: 'revokeEndpoint',
    needs: 'endpoint:manage',
    summary: 'Cut an endpoint off: it is disconnected, its commands are withdrawn, its runs end.',
    status: 202,
    answer: acceptedSchema,
    answerText: 'The revocation is recorded; the endpoint is cut off within seconds.',
    problems: ['not-found', 'endpoint-retired', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  revoke(
    @CurrentPrincipal() principal: Principal,
    @Param('endpointId', { schema: endpointIdSchema }) endpointId: string,
    @Body({ schema: revokeEndpointRequestSchema }) request: z.infer<typeof revokeEndpointRequestSchema>,
  ) {
    return this.commands.execute(new RevokeEndpointCommand(principal, endpointId, request.reason ?? null));
  }

  @Post(':endpointId/retire')
  @Operation({
    id: 'retireEndpoint',
    needs: 'endpoint:manage',
    summary: 'Let an endpoint leave the fleet: cut off like a revoked one, and no longer listed unless asked for.',
    status: 202,
    answer: acceptedSchema,
    answerText: 'The retirement is recorded; the endpoint is cut off within seconds.',
    problems: ['not-found', 'conflict', 'storage-full'],
  })
  retire(@CurrentPrincipal() principal: Principal, @Param('endpointId', { schema: endpointIdSchema }) endpointId: string) {
    return this.commands.execute(new RetireEndpointCommand(principal, endpointId));
  }

  @Post(':endpointId/release')
  @Operation({
    id: 'releaseEndpoint',
    needs: 'endpoint:manage',
    summary: 'Let a held endpoint’s events through again; what it has used of the day’s budget is forgotten.',
    status: 202,
    answer: acceptedSchema,
    answerText: 'The release is recorded; its events are let through within seconds.',
    problems: ['not-found', 'conflict', 'storage-full'],
  })
  release(@CurrentPrincipal() principal: Principal, @Param('endpointId', { schema: endpointIdSchema }) endpointId: string) {
    return this.commands.execute(new ReleaseEndpointCommand(principal, endpointId));
  }

  @Put(':endpointId/alias')
  @Operation({
    id: 'setEndpointAlias',
    needs: 'endpoint:manage',
    summary: 'Call an endpoint something of your own, whatever it calls itself; null takes the alias away.',
    answer: acceptedSchema,
    answerText: 'It is called so.',
    problems: ['not-found', 'alias-taken', 'endpoint-retired', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  setAlias(
    @CurrentPrincipal() principal: Principal,
    @Param('endpointId', { schema: endpointIdSchema }) endpointId: string,
    @Body({ schema: setEndpointAliasRequestSchema }) request: z.infer<typeof setEndpointAliasRequestSchema>,
  ) {
    return this.commands.execute(new SetEndpointAliasCommand(principal, endpointId, request.alias));
  }

  @Put(':endpointId/site')
  @Operation({
    id: 'assignEndpointSite',
    needs: 'endpoint:manage',
    summary: 'Put an endpoint into a site; what it did before stays with the site it did it in.',
    answer: acceptedSchema,
    answerText: 'It belongs to the site.',
    problems: ['not-found', 'conflict', 'too-large', 'unsupported-media-type', 'storage-full'],
  })
  assignSite(
    @CurrentPrincipal() principal: Principal,
    @Param('endpointId', { schema: endpointIdSchema }) endpointId: string,
    @Body({ schema: assignSiteRequestSchema }) request: z.infer<typeof assignSiteRequestSchema>,
  ) {
    return this.commands.execute(new AssignSiteCommand(principal, endpointId, request.site));
  }
}
