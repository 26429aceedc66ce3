import { Module } from '@nestjs/common';
import { EndpointsModule } from '../endpoints/endpoints.module.ts';
import { BrokersController } from './brokers.controller.ts';
import { DesiredPublisher } from './desired-publisher.ts';
import { MoveBrokerHandler } from './move-broker.handler.ts';
import { Nudger } from './nudger.ts';

@Module({ imports: [EndpointsModule], controllers: [BrokersController], providers: [DesiredPublisher, MoveBrokerHandler, Nudger], exports: [DesiredPublisher] })
export class BrokersModule {}
