import { Module } from '@nestjs/common';
import { CreateSiteHandler } from './create-site.handler.ts';
import { DeleteSiteHandler } from './delete-site.handler.ts';
import { KnownSites } from './known-sites.ts';
import { SitesController } from './sites.controller.ts';

@Module({ controllers: [SitesController], providers: [CreateSiteHandler, DeleteSiteHandler, KnownSites], exports: [KnownSites] })
export class SitesModule {}
