import { Module } from '@nestjs/common';
import { ApproveEndpointHandler } from './approve-endpoint.handler.ts';
import { AssignSiteHandler } from './assign-site.handler.ts';
import { BatchWarden } from './batch-warden.ts';
import { Beats } from './beats.ts';
import { CheckpointsModule } from '../checkpoints/checkpoints.module.ts';
import { ConnectionWarden } from './connection-warden.ts';
import { CreateEnrolmentTokenHandler } from './create-enrolment-token.handler.ts';
import { EndpointIdentities } from './endpoint-identities.ts';
import { EndpointsController } from './endpoints.controller.ts';
import { EnrolEndpoint } from './enrol-endpoint.ts';
import { EnrolmentTokensController } from './enrolment-tokens.controller.ts';
import { EventBudgets } from './event-budgets.ts';
import { Gatekeeper } from './gatekeeper.ts';
import { IdentityConflicts } from './identity-conflicts.ts';
import { IdentityResponders } from './identity-responders.ts';
import { PresenceKeeper } from './presence-keeper.ts';
import { Quarantine } from './quarantine.ts';
import { ReleaseEndpointHandler } from './release-endpoint.handler.ts';
import { RenewEndpoint } from './renew-endpoint.ts';
import { RetireEndpointHandler } from './retire-endpoint.handler.ts';
import { RevokeEndpointHandler } from './revoke-endpoint.handler.ts';
import { RevokeEnrolmentTokenHandler } from './revoke-enrolment-token.handler.ts';
import { Revoker } from './revoker.ts';
import { SetEndpointAliasHandler } from './set-endpoint-alias.handler.ts';
import { SitesModule } from '../sites/sites.module.ts';
import { ShownCheckpoint } from './shown-checkpoint.ts';
import { SignedKeysets } from './signed-keyset.ts';

@Module({
  imports: [CheckpointsModule, SitesModule],
  controllers: [EndpointsController, EnrolmentTokensController],
  providers: [
    ApproveEndpointHandler, AssignSiteHandler, BatchWarden, Beats, ConnectionWarden, CreateEnrolmentTokenHandler, EndpointIdentities, EnrolEndpoint, EventBudgets, Gatekeeper, IdentityConflicts, IdentityResponders, PresenceKeeper, Quarantine, ReleaseEndpointHandler, RenewEndpoint,
    RetireEndpointHandler, RevokeEndpointHandler, RevokeEnrolmentTokenHandler, Revoker, SetEndpointAliasHandler, ShownCheckpoint, SignedKeysets,
  ],
  exports: [BatchWarden, Beats, ConnectionWarden, EventBudgets, Gatekeeper, IdentityConflicts, IdentityResponders, PresenceKeeper, Quarantine, Revoker, SignedKeysets],
})
export class EndpointsModule {}
