import { Module } from '@nestjs/common';
import { ExecutionsController } from './executions.controller.ts';
import { RunsController } from './runs.controller.ts';

@Module({ controllers: [ExecutionsController, RunsController] })
export class ExecutionsModule {}
