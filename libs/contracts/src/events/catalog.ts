import { z } from 'zod';
import * as accounts from './accounts.ts';
import * as archive from './archive.ts';
import * as audit from './audit.ts';
import * as brokers from './brokers.ts';
import * as checkpoints from './checkpoints.ts';
import * as desiredStates from './desired-states.ts';
import * as lifecycle from './endpoint-lifecycle.ts';
import * as endpoints from './endpoints.ts';
import * as enrolment from './enrolment.ts';
import * as erasure from './erasure.ts';
import * as executions from './executions.ts';
import * as inventory from './inventory.ts';
import * as jobs from './jobs.ts';
import * as keys from './keys.ts';
import * as readModel from './read-model.ts';
import * as runs from './runs.ts';
import * as secrets from './secrets.ts';
import * as sites from './sites.ts';

/** What an endpoint may write to its own subject. */
export const endpointEventSchemas = [
  endpoints.agentStartedSchema,
  runs.runAcceptedSchema,
  runs.runStartedSchema,
  runs.runFinishedSchema,
  runs.commandRefusedSchema,
  inventory.inventoryChangedSchema,
  inventory.packagesChangedSchema,
  desiredStates.desiredStateAppliedSchema,
  desiredStates.desiredStateFailedSchema,
  desiredStates.desiredStateRefusedSchema,
  checkpoints.checkpointConflictReportedSchema,
] as const;

/** What the backend writes, signed with its control key. */
export const controlEventSchemas = [
  endpoints.endpointEnrolledSchema,
  endpoints.endpointCameOnlineSchema,
  endpoints.endpointWentOfflineSchema,
  endpoints.endpointQuarantinedSchema,
  lifecycle.endpointEnrolmentRequestedSchema,
  lifecycle.endpointApprovedSchema,
  lifecycle.endpointRevokedSchema,
  lifecycle.endpointRetiredSchema,
  lifecycle.endpointRekeyedSchema,
  lifecycle.endpointAliasChangedSchema,
  lifecycle.endpointConflictReportedSchema,
  lifecycle.endpointSiteAssignedSchema,
  sites.siteCreatedSchema,
  sites.siteDeletedSchema,
  lifecycle.endpointHeldSchema,
  lifecycle.endpointReleasedSchema,
  enrolment.enrolmentTokenCreatedV2Schema,
  enrolment.enrolmentTokenRevokedSchema,
  jobs.jobAppliedSchema,
  executions.executionRequestedSchema,
  executions.executionTargetedSchema,
  executions.executionApprovedSchema,
  executions.executionDeniedSchema,
  executions.approvalExpiredSchema,
  executions.executionDispatchedSchema,
  executions.executionCancelRequestedSchema,
  executions.runsPresumedSchema,
  accounts.accountCreatedSchema,
  accounts.accountSignedInSchema,
  accounts.accountSignedOutSchema,
  accounts.signInRefusedSchema,
  accounts.accountGrantsChangedSchema,
  accounts.accountDisabledSchema,
  accounts.accountEnabledSchema,
  accounts.accountLinkMadeSchema,
  accounts.accountPasswordChangedSchema,
  accounts.secondFactorEnabledSchema,
  accounts.secondFactorDisabledSchema,
  accounts.recoveryCodeUsedSchema,
  accounts.accountSessionsEndedSchema,
  accounts.tokenCreatedSchema,
  accounts.tokenRevokedSchema,
  accounts.enrolmentTokenCreatedSchema,
  audit.requestsRefusedSchema,
  erasure.executionOutputErasedSchema,
  erasure.endpointErasedSchema,
  secrets.secretSetSchema,
  secrets.secretDeletedSchema,
  keys.keyRotatedSchema,
  keys.keyRetiredSchema,
  brokers.brokerMoveOrderedSchema,
  readModel.rebuildRequestedSchema,
  archive.archiveSealedSchema,
] as const;

export const endpointEventSchema = z.discriminatedUnion('type', endpointEventSchemas);
export const controlEventSchema = z.discriminatedUnion('type', controlEventSchemas);

export type EndpointEvent = z.infer<typeof endpointEventSchema>;
export type ControlEvent = z.infer<typeof controlEventSchema>;
export type KanadeEvent = EndpointEvent | ControlEvent;
export type EventType = KanadeEvent['type'];
/** The event of one type: `EventOf<'kanade.run.finished.v1'>`. */
export type EventOf<Type extends EventType> = Extract<KanadeEvent, { type: Type }>;
