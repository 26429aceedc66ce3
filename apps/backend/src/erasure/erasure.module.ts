import { Module } from '@nestjs/common';
import { EraseEndpointHandler } from './erase-endpoint.handler.ts';
import { EraseOutputHandler } from './erase-output.handler.ts';
import { Eraser } from './eraser.ts';
import { ErasureController } from './erasure.controller.ts';
import { ExecutionsModule } from '../executions/executions.module.ts';

@Module({ imports: [ExecutionsModule], controllers: [ErasureController], providers: [EraseEndpointHandler, EraseOutputHandler, Eraser], exports: [Eraser] })
export class ErasureModule {}
