import { Module } from '@nestjs/common';
import { Beats } from './beats.ts';
import { CreateEnrolmentTokenHandler } from './create-enrolment-token.handler.ts';
import { EndpointsController } from './endpoints.controller.ts';
import { EnrolEndpoint } from './enrol-endpoint.ts';
import { EnrolmentTokensController } from './enrolment-tokens.controller.ts';
import { IdentityResponders } from './identity-responders.ts';
import { PresenceKeeper } from './presence-keeper.ts';
import { Quarantine } from './quarantine.ts';
import { RenewEndpoint } from './renew-endpoint.ts';
import { SignedKeysets } from './signed-keyset.ts';

@Module({
  controllers: [EndpointsController, EnrolmentTokensController],
  providers: [Beats, CreateEnrolmentTokenHandler, EnrolEndpoint, IdentityResponders, PresenceKeeper, Quarantine, RenewEndpoint, SignedKeysets],
  exports: [Beats, IdentityResponders, PresenceKeeper, Quarantine, SignedKeysets],
})
export class EndpointsModule {}
