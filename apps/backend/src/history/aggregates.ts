import {
  evolveAccount, evolveBroker, evolveEndpoint, evolveEnrolment, evolveExecution, evolveJob, evolveSecret, evolveSite, evolveToken, initialAccount, initialArchive, initialAudit, initialBroker, initialEndpoint,
  initialEnrolment, initialExecution, initialJob, initialReadModel, initialSecret, initialSite, initialToken,
} from '@kanade/domain';
import type { AccountState, ArchiveState, AuditState, BrokerState, EndpointState, EnrolmentState, ExecutionState, JobState, ReadModelState, SecretState, SiteState, TokenState } from '@kanade/domain';
import type { AggregateKind } from './control-log.ts';

export const jobKind: AggregateKind<JobState> = { aggregate: 'job', initial: initialJob, evolve: evolveJob };
export const executionKind: AggregateKind<ExecutionState> = { aggregate: 'execution', initial: initialExecution, evolve: evolveExecution };
export const endpointKind: AggregateKind<EndpointState> = { aggregate: 'endpoint', initial: initialEndpoint, evolve: evolveEndpoint };
export const accountKind: AggregateKind<AccountState> = { aggregate: 'account', initial: initialAccount, evolve: evolveAccount, newestOnly: true };
/** The same, read whole: for what depends on more than that it exists. */
export const accountHistoryKind: AggregateKind<AccountState> = { aggregate: 'account', initial: initialAccount, evolve: evolveAccount };
export const tokenKind: AggregateKind<TokenState> = { aggregate: 'token', initial: initialToken, evolve: evolveToken };
export const secretKind: AggregateKind<SecretState> = { aggregate: 'secret', initial: initialSecret, evolve: evolveSecret };
export const enrolmentKind: AggregateKind<EnrolmentState> = { aggregate: 'enrolment', initial: initialEnrolment, evolve: evolveEnrolment };
export const siteKind: AggregateKind<SiteState> = { aggregate: 'site', initial: initialSite, evolve: evolveSite };
export const brokerKind: AggregateKind<BrokerState> = { aggregate: 'broker', initial: initialBroker, evolve: evolveBroker, newestOnly: true };
export const readModelKind: AggregateKind<ReadModelState> = { aggregate: 'read-model', initial: initialReadModel, evolve: (state) => state, newestOnly: true };
export const auditKind: AggregateKind<AuditState> = { aggregate: 'audit', initial: initialAudit, evolve: (state) => state, newestOnly: true };
export const archiveKind: AggregateKind<ArchiveState> = { aggregate: 'archive', initial: initialArchive, evolve: (state) => state, newestOnly: true };
