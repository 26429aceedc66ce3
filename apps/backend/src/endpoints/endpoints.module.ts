import { Module } from '@nestjs/common';
import { EndpointsController } from './endpoints.controller.ts';
import { EnrolmentTokensController } from './enrolment-tokens.controller.ts';

@Module({ controllers: [EndpointsController, EnrolmentTokensController] })
export class EndpointsModule {}
