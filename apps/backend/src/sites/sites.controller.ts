import { Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { acceptedSchema, detailQuerySchema, siteListSchema, siteNameSchema } from '@kanade/contracts';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { ListSitesQuery } from './list-sites.query.ts';
import { CreateSiteCommand, DeleteSiteCommand } from './site.commands.ts';

@ApiTags('sites')
@Controller('api/v1/sites')
export class SitesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @Operation({
    id: 'listSites',
    needs: 'fleet:read',
    summary: 'The sites you may see, with how many endpoints belong to each.',
    answer: siteListSchema,
    answerText: 'The sites.',
    problems: ['position-unknown', 'past-trimmed', 'read-behind'],
  })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: detailQuerySchema }) query: z.infer<typeof detailQuerySchema>) {
    return this.queries.execute(new ListSitesQuery(principal, query));
  }

  @Put(':site')
  @Operation({
    id: 'createSite',
    needs: 'site:manage',
    summary: 'Make a site; one that exists stays as it is.',
    answer: acceptedSchema,
    answerText: 'There is such a site.',
    problems: ['conflict', 'storage-full'],
  })
  create(@CurrentPrincipal() principal: Principal, @Param('site', { schema: siteNameSchema }) site: string) {
    return this.commands.execute(new CreateSiteCommand(principal, site));
  }

  @Delete(':site')
  @Operation({
    id: 'deleteSite',
    needs: 'site:manage',
    summary: 'Delete a site that nothing belongs to.',
    answer: acceptedSchema,
    answerText: 'There is no such site any more.',
    problems: ['not-found', 'site-in-use', 'conflict', 'read-behind', 'storage-full'],
  })
  delete(@CurrentPrincipal() principal: Principal, @Param('site', { schema: siteNameSchema }) site: string) {
    return this.commands.execute(new DeleteSiteCommand(principal, site));
  }
}
