import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { AccountsModule } from './accounts/accounts.module.ts';
import { AuditModule } from './audit/audit.module.ts';
import { BrokersModule } from './brokers/brokers.module.ts';
import { CheckpointsModule } from './checkpoints/checkpoints.module.ts';
import { ConsoleModule } from './console/console.module.ts';
import { CoreModule } from './core.module.ts';
import type { CoreOptions } from './core.module.ts';
import { EndpointsModule } from './endpoints/endpoints.module.ts';
import { ErasureModule } from './erasure/erasure.module.ts';
import { EventsModule } from './events/events.module.ts';
import { ExecutionsModule } from './executions/executions.module.ts';
import { AuthGuard } from './http/auth.guard.ts';
import { FullDiskInterceptor } from './http/full-disk.interceptor.ts';
import { ProblemFilter } from './http/problem.filter.ts';
import { RequestRates } from './http/request-rates.ts';
import { schemaPipe } from './http/schema.pipe.ts';
import { JobsModule } from './jobs/jobs.module.ts';
import { LiveModule } from './live/live.module.ts';
import { OidcModule } from './oidc/oidc.module.ts';
import { OverviewModule } from './overview/overview.module.ts';
import { ReadModelModule } from './read-model/read-model.module.ts';
import { SealingModule } from './sealing/sealing.module.ts';
import { SecretsModule } from './secrets/secrets.module.ts';
import { SitesModule } from './sites/sites.module.ts';
import { SystemModule } from './system/system.module.ts';

/** The whole backend; the console comes last, for it answers every path nobody else does. */
@Module({})
export class AppModule {
  static with(options: CoreOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CqrsModule.forRoot(), CoreModule.with(options), AccountsModule, AuditModule, BrokersModule, CheckpointsModule, EndpointsModule, ErasureModule, EventsModule, ExecutionsModule, JobsModule, LiveModule,
        OidcModule, OverviewModule, ReadModelModule, SealingModule, SecretsModule, SitesModule, SystemModule, ConsoleModule,
      ],
      providers: [
        { provide: APP_GUARD, useClass: AuthGuard },
        RequestRates,
        { provide: APP_INTERCEPTOR, useClass: FullDiskInterceptor },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useValue: schemaPipe },
      ],
    };
  }
}
