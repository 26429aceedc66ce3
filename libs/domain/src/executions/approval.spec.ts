import { describe, it } from 'vitest';
import type { EventDraft } from '../decision.ts';
import { decider } from '../given.spec-kit.ts';
import { decideExecution } from './decide-execution.ts';
import type { RequestExecution } from './decide-execution.ts';
import { evolveExecution, initialExecution } from './execution.ts';

const executionId = 'x1';
const correlationid = executionId;
const until = Date.parse('2026-01-31T13:00:00.000Z');
const asked: RequestExecution = {
  type: 'request', executionId, job: null, execute: { shell: 'sh', timeoutMs: 1000, runAs: 'system', cwd: null }, scriptDigest: 'a'.repeat(64), selector: { kind: 'all' },
  expiresAt: '2026-02-01T00:00:00.000Z', supersede: false, targets: [{ endpointId: 'e1', runId: 'r1' }, { endpointId: 'e2', runId: 'r2' }],
};
const requestOf = (confirmation?: RequestExecution['confirmation']): EventDraft[] => {
  const { type: _type, targets, ...data } = asked;
  return [
    { type: 'kanade.execution.requested.v1', correlationid, data: { ...data, targetCount: 2, ...(confirmation && { confirmation }) } },
    { type: 'kanade.execution.targeted.v1', correlationid, data: { executionId, block: 0, targets: [...targets] } },
  ];
};
const waiting = requestOf({ kind: 'approval', accountId: 'a1', until: new Date(until).toISOString() });
const approved: EventDraft = { type: 'kanade.execution.approved.v1', correlationid, data: { executionId } };
const denied: EventDraft = { type: 'kanade.execution.denied.v1', correlationid, data: { executionId, reason: 'no' } };
const expired: EventDraft = { type: 'kanade.execution.approval-expired.v1', correlationid, data: { executionId } };
const cancelled: EventDraft = { type: 'kanade.execution.cancel-requested.v1', correlationid, data: { executionId, runIds: null } };
const presumed = (state: 'expired' | 'cancelled', ...runIds: string[]): EventDraft => ({ type: 'kanade.execution.runs-presumed.v1', correlationid, data: { executionId, state, runIds } });
const execution = decider({ initial: initialExecution, decide: decideExecution, evolve: evolveExecution });
const now = until - 1;
const approve = { type: 'approve', executionId, accountId: 'a2', now } as const;
const deny = { type: 'deny', executionId, reason: 'no', now } as const;
const expire = { type: 'expire-approval', executionId, now: until } as const;
const dispatch = { type: 'dispatch', incarnation: '0000000a', commands: [{ runId: 'r1', sequence: 1 }] } as const;

describe('approving an execution', () => {
  it('refuses what does not exist or needs nobody', () => {
    execution.given().when(approve).refuses('not-found');
    execution.given(...requestOf()).when(approve).refuses('approval-ended');
    execution.given(...requestOf({ kind: 'second-factor' })).when(approve).refuses('approval-ended');
  });
  it('refuses whoever asked, before and after', () => {
    execution.given(...waiting).when({ ...approve, accountId: 'a1' }).refuses('own-approval');
    execution.given(...waiting, approved).when({ ...approve, accountId: 'a1' }).refuses('own-approval');
  });
  it('refuses what was decided otherwise, or too late', () => {
    for (const decision of [denied, expired, cancelled]) execution.given(...waiting, decision).when(approve).refuses('approval-ended');
    execution.given(...waiting).when({ ...approve, now: until }).refuses('approval-ended');
  });
  it('is one event, once', () => {
    execution.given(...waiting).when(approve).makes(approved);
    execution.given(...waiting, approved).when(approve).makes();
  });
});

describe('denying an execution', () => {
  it('refuses what was decided otherwise', () => {
    for (const decision of [approved, expired, cancelled]) execution.given(...waiting, decision).when(deny).refuses('approval-ended');
  });
  it('ends its runs in the same append, but for those that ended before', () => {
    execution.given(...waiting).when(deny).makes(denied, presumed('cancelled', 'r1', 'r2'));
    execution.given(...waiting, presumed('cancelled', 'r1')).when(deny).makes(denied, presumed('cancelled', 'r2'));
    execution.given(...waiting, denied).when(deny).makes();
  });
});

describe('an approval nobody gives', () => {
  it('ends at its time and not before', () => {
    execution.given(...waiting).when({ ...expire, now }).makes();
    execution.given(...waiting).when(expire).makes(expired, presumed('expired', 'r1', 'r2'));
    for (const decision of [approved, denied, cancelled]) execution.given(...waiting, decision).when(expire).makes();
  });
});

describe('dispatching what needs an approval', () => {
  it('is refused until it is given', () => {
    for (const decision of [[], [denied], [expired], [cancelled]]) execution.given(...waiting, ...decision).when(dispatch).refuses('conflict');
    execution.given(...waiting, approved).when(dispatch).makes({ type: 'kanade.execution.dispatched.v1', correlationid, data: { executionId, incarnation: '0000000a', commands: [{ runId: 'r1', sequence: 1 }] } });
  });
});
