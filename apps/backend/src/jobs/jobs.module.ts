import { Module } from '@nestjs/common';
import { ExecutionsModule } from '../executions/executions.module.ts';
import { ApplyJobHandler } from './apply-job.handler.ts';
import { JobsController } from './jobs.controller.ts';

@Module({ imports: [ExecutionsModule], controllers: [JobsController], providers: [ApplyJobHandler] })
export class JobsModule {}
