import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.ts';
import { ArchiveModule } from '../archive/archive.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { BrokersModule } from '../brokers/brokers.module.ts';
import { CheckpointsModule } from '../checkpoints/checkpoints.module.ts';
import { EndpointsModule } from '../endpoints/endpoints.module.ts';
import { ErasureModule } from '../erasure/erasure.module.ts';
import { ExecutionsModule } from '../executions/executions.module.ts';
import { LiveModule } from '../live/live.module.ts';
import { SecretsModule } from '../secrets/secrets.module.ts';
import { GetStatusHandler } from './get-status.handler.ts';
import { HealthController } from './health.controller.ts';
import { Health } from './health.ts';
import { Lifecycle } from './lifecycle.ts';
import { Managers } from './managers.ts';
import { MetricsController } from './metrics.controller.ts';
import { Metrics } from './metrics.ts';
import { OpenApiController } from './openapi.controller.ts';
import { StatusController } from './status.controller.ts';

@Module({
  imports: [AccountsModule, ArchiveModule, AuditModule, BrokersModule, CheckpointsModule, EndpointsModule, ErasureModule, ExecutionsModule, LiveModule, SecretsModule],
  controllers: [HealthController, MetricsController, OpenApiController, StatusController],
  providers: [GetStatusHandler, Health, Lifecycle, Managers, Metrics],
})
export class SystemModule {}
