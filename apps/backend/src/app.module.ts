import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { AccountsModule } from './accounts/accounts.module.ts';
import { EndpointsModule } from './endpoints/endpoints.module.ts';
import { EventsModule } from './events/events.module.ts';
import { ExecutionsModule } from './executions/executions.module.ts';
import { JobsModule } from './jobs/jobs.module.ts';
import { OverviewModule } from './overview/overview.module.ts';
import { SystemModule } from './system/system.module.ts';

@Module({
  imports: [CqrsModule.forRoot(), AccountsModule, EndpointsModule, EventsModule, ExecutionsModule, JobsModule, OverviewModule, SystemModule],
})
export class AppModule {}
