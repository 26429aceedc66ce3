import { Module } from '@nestjs/common';
import { CheckpointsModule } from '../checkpoints/checkpoints.module.ts';
import { EndpointsModule } from '../endpoints/endpoints.module.ts';
import { EventsController } from './events.controller.ts';
import { ExportEventsHandler } from './export-events.query.ts';

@Module({ imports: [CheckpointsModule, EndpointsModule], controllers: [EventsController], providers: [ExportEventsHandler] })
export class EventsModule {}
