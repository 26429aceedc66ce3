import { Module } from '@nestjs/common';
import { CheckpointsModule } from '../checkpoints/checkpoints.module.ts';
import { AuditController } from './audit.controller.ts';
import { AuditFeeds } from './feeds/audit-feeds.ts';
import { FeedPlaces } from './feeds/feed-places.ts';
import { RefusalCounts } from './refusal-counts.ts';
import { RefusedRequests } from './refused-requests.ts';

@Module({ imports: [CheckpointsModule], controllers: [AuditController], providers: [AuditFeeds, FeedPlaces, RefusalCounts, RefusedRequests], exports: [AuditFeeds, RefusalCounts, RefusedRequests] })
export class AuditModule {}
