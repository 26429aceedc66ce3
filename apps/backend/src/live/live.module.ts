import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.ts';
import { AuditModule } from '../audit/audit.module.ts';
import { EndpointsModule } from '../endpoints/endpoints.module.ts';
import { LiveHub } from './live-hub.ts';
import { LiveServer } from './live-server.ts';

@Module({ imports: [AccountsModule, AuditModule, EndpointsModule], providers: [LiveHub, LiveServer], exports: [LiveHub, LiveServer] })
export class LiveModule {}
