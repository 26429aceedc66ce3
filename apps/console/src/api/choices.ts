import type { ApprovalState, AuditEntry, EndpointSort, EndpointStanding, EndpointStatus, EventType, Execute, ExecutionState, RunState, Shell } from './types.ts';

// Written out instead of imported: the lists stand beside their schemas, and a validator is too heavy for a browser to
// load for a few words. The compiler keeps them equal to the contract.
const all =
  <Choice extends string>() =>
  <const List extends readonly Choice[]>(list: List & ([Choice] extends [List[number]] ? unknown : never)): List =>
    list;

export const shells = all<Shell>()(['sh', 'bash', 'pwsh', 'powershell', 'cmd']);
export const runAsChoices = all<Execute['runAs']>()(['system', 'user']);
export const interfaces = all<NonNullable<AuditEntry['interface']>>()(['console', 'cli', 'api']);
export const endpointStatuses = all<EndpointStatus>()(['online', 'offline', 'never-seen']);
export const endpointStandings = all<EndpointStanding>()(['pending', 'active', 'revoked', 'retired']);
export const endpointSorts = all<EndpointSort>()(['name', '-name', 'status', '-status', 'enrolledAt', '-enrolledAt']);
export const executionStates = all<ExecutionState>()(['running', 'succeeded', 'failed', 'cancelled']);
export const approvalStates = all<ApprovalState>()(['waiting', 'approved', 'denied', 'expired', 'withdrawn']);
export const runStates = all<RunState>()([
  'queued', 'accepted', 'started', 'succeeded', 'failed', 'timed-out', 'cancelled', 'refused', 'skipped', 'interrupted', 'expired', 'lost',
]);

const unfinished: readonly RunState[] = ['queued', 'accepted', 'started'];

/** True once nothing more is expected of a run. */
export function hasEnded(state: RunState): boolean {
  return !unfinished.includes(state);
}

export const eventTypes = all<EventType>()([
  'kanade.account.created.v1',
  'kanade.account.disabled.v1',
  'kanade.account.enabled.v1',
  'kanade.account.grants-changed.v1',
  'kanade.account.password-changed.v1',
  'kanade.account.password-link-made.v1',
  'kanade.account.recovery-code-used.v1',
  'kanade.account.second-factor-disabled.v1',
  'kanade.account.second-factor-enabled.v1',
  'kanade.account.sessions-ended.v1',
  'kanade.account.sign-in-refused.v1',
  'kanade.account.signed-in.v1',
  'kanade.account.signed-out.v1',
  'kanade.agent.started.v1',
  'kanade.audit.refused.v1',
  'kanade.checkpoint.conflict-reported.v1',
  'kanade.command.refused.v1',
  'kanade.broker.move-ordered.v1',
  'kanade.desired.applied.v1',
  'kanade.desired.failed.v1',
  'kanade.desired.refused.v1',
  'kanade.endpoint.alias-changed.v1',
  'kanade.endpoint.approved.v1',
  'kanade.endpoint.came-online.v1',
  'kanade.endpoint.conflict-reported.v1',
  'kanade.endpoint.enrolled.v1',
  'kanade.endpoint.enrolment-requested.v1',
  'kanade.endpoint.erased.v1',
  'kanade.endpoint.held.v1',
  'kanade.endpoint.quarantined.v1',
  'kanade.endpoint.rekeyed.v1',
  'kanade.endpoint.released.v1',
  'kanade.endpoint.retired.v1',
  'kanade.endpoint.revoked.v1',
  'kanade.endpoint.site-assigned.v1',
  'kanade.endpoint.went-offline.v1',
  'kanade.enrolment.token-created.v1',
  'kanade.enrolment.token-created.v2',
  'kanade.enrolment.token-revoked.v1',
  'kanade.execution.approval-expired.v1',
  'kanade.execution.approved.v1',
  'kanade.execution.cancel-requested.v1',
  'kanade.execution.denied.v1',
  'kanade.execution.dispatched.v1',
  'kanade.execution.output-erased.v1',
  'kanade.execution.requested.v1',
  'kanade.execution.runs-presumed.v1',
  'kanade.execution.targeted.v1',
  'kanade.inventory.changed.v1',
  'kanade.inventory.packages-changed.v1',
  'kanade.job.applied.v1',
  'kanade.key.retired.v1',
  'kanade.key.rotated.v1',
  'kanade.read-model.rebuild-requested.v1',
  'kanade.archive.sealed.v1',
  'kanade.run.accepted.v1',
  'kanade.run.finished.v1',
  'kanade.run.started.v1',
  'kanade.secret.deleted.v1',
  'kanade.secret.set.v1',
  'kanade.site.created.v1',
  'kanade.site.deleted.v1',
  'kanade.token.created.v1',
  'kanade.token.revoked.v1',
]);
