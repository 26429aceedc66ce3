import { Module } from '@nestjs/common';
import { ReadModelController } from './read-model.controller.ts';
import { StartRebuildHandler } from './start-rebuild.handler.ts';

@Module({ controllers: [ReadModelController], providers: [StartRebuildHandler] })
export class ReadModelModule {}
