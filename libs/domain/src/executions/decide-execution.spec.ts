import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../decision.ts';
import { decider } from '../given.spec-kit.ts';
import { decideExecution } from './decide-execution.ts';
import type { RequestExecution } from './decide-execution.ts';
import { evolveExecution, initialExecution } from './execution.ts';

const executionId = 'x1';
const correlationid = executionId;
const target = (n: number) => ({ endpointId: `e${n}`, runId: `r${n}` });
const request = (count: number): RequestExecution => ({
  type: 'request',
  executionId,
  job: null,
  execute: { shell: 'sh', timeoutMs: 1000, runAs: 'system', cwd: null },
  scriptDigest: 'a'.repeat(64),
  selector: { kind: 'all' },
  expiresAt: '2026-02-01T00:00:00.000Z',
  supersede: false,
  targets: Array.from({ length: count }, (_, index) => target(index + 1)),
});
const requested = (count: number): EventDraft => {
  const { type: _type, targets: _targets, ...data } = request(count);
  return { type: 'kanade.execution.requested.v1', correlationid, data: { ...data, targetCount: count } };
};
const targeted = (...numbers: number[]): EventDraft => ({
  type: 'kanade.execution.targeted.v1',
  correlationid,
  data: { executionId, block: 0, targets: numbers.map(target) },
});
const cancelRequested = (runIds: string[] | null): EventDraft => ({
  type: 'kanade.execution.cancel-requested.v1',
  correlationid,
  data: { executionId, runIds },
});
const dispatched = (incarnation: string, ...numbers: number[]): EventDraft => ({
  type: 'kanade.execution.dispatched.v1',
  correlationid,
  data: { executionId, incarnation, commands: numbers.map((n) => ({ runId: `r${n}`, sequence: n })) },
});
const presumed = (state: 'expired' | 'lost' | 'cancelled', ...numbers: number[]): EventDraft => ({
  type: 'kanade.execution.runs-presumed.v1',
  correlationid,
  data: { executionId, state, runIds: numbers.map((n) => `r${n}`) },
});
const execution = decider({ initial: initialExecution, decide: decideExecution, evolve: evolveExecution });
const two = [requested(2), targeted(1, 2)] as const;
const cancel = { type: 'cancel', executionId, runIds: null, openRuns: 2 } as const;

describe('requesting an execution', () => {
  it('refuses to run on nothing', () => execution.given().when(request(0)).refuses('no-targets'));
  it('refuses an id that is taken', () => execution.given(...two).when(request(2)).refuses('conflict'));
  it('freezes the targets', () => execution.given().when(request(2)).makes(...two));

  it('writes at most a thousand targets into an event', () => {
    const decision = decideExecution(request(2001), initialExecution);
    const blocks = decision.kind === 'accepted' ? decision.events.filter(({ type }) => type === 'kanade.execution.targeted.v1') : [];
    expect(blocks.map(({ data }) => ('targets' in data ? data.targets.length : 0))).toEqual([1000, 1000, 1]);
    expect(blocks.map(({ data }) => ('block' in data ? data.block : -1))).toEqual([0, 1, 2]);
  });
});

describe('cancelling an execution', () => {
  it('refuses what does not exist', () => {
    execution.given().when(cancel).refuses('not-found');
    execution.given(...two).when({ ...cancel, runIds: ['r1', 'r9'] }).refuses('not-found');
  });
  it('refuses when all of it has ended', () => execution.given(...two).when({ ...cancel, openRuns: 0 }).refuses('execution-ended'));
  it('asks for the end of all', () => execution.given(...two).when(cancel).makes(cancelRequested(null)));
  it('asks for the end of some, those asked for already left out', () => {
    execution.given(...two, cancelRequested(['r1'])).when({ ...cancel, runIds: ['r1', 'r2'] }).makes(cancelRequested(['r2']));
  });
  it('asks once', () => {
    execution.given(...two, cancelRequested(null)).when(cancel).makes();
    execution.given(...two, cancelRequested(null)).when({ ...cancel, runIds: ['r1'] }).makes();
    execution.given(...two, cancelRequested(['r1'])).when({ ...cancel, runIds: ['r1'] }).makes();
  });
});

describe('dispatching', () => {
  const dispatch = (incarnation: string, ...numbers: number[]) =>
    ({ type: 'dispatch', incarnation, commands: numbers.map((n) => ({ runId: `r${n}`, sequence: n })) }) as const;

  it('refuses an execution nobody asked for', () => execution.given().when(dispatch('0000000a', 1)).refuses('not-found'));
  it('notes each command once in an incarnation', () => {
    execution.given(...two).when(dispatch('0000000a', 1, 2)).makes(dispatched('0000000a', 1, 2));
    execution.given(...two, dispatched('0000000a', 1)).when(dispatch('0000000a', 1, 2)).makes(dispatched('0000000a', 2));
    execution.given(...two, dispatched('0000000a', 1, 2)).when(dispatch('0000000a', 1, 2)).makes();
  });
  it('dispatches anew in a new incarnation, whose queue is empty', () => {
    execution.given(...two, dispatched('0000000a', 1, 2)).when(dispatch('0000000b', 1)).makes(dispatched('0000000b', 1));
  });
  it('leaves runs alone that are not of the execution', () => execution.given(...two).when(dispatch('0000000a', 7)).makes());
});

describe('presuming', () => {
  it('ends runs whose request was lost with a restored backup', () => {
    execution.given().when({ type: 'presume', executionId: 'x1', state: 'lost', runIds: ['r1'] }).makes(presumed('lost', 1));
    execution.given(presumed('lost', 1)).when({ type: 'presume', executionId: 'x1', state: 'lost', runIds: ['r1'] }).makes();
  });
  it('presumes each run once', () => {
    execution.given(...two).when({ type: 'presume', executionId: 'x1', state: 'expired', runIds: ['r1', 'r2'] }).makes(presumed('expired', 1, 2));
    execution.given(...two, presumed('cancelled', 1)).when({ type: 'presume', executionId: 'x1', state: 'expired', runIds: ['r1', 'r2'] }).makes(presumed('expired', 2));
    execution.given(...two, presumed('lost', 1, 2)).when({ type: 'presume', executionId: 'x1', state: 'lost', runIds: ['r1', 'r2', 'r9'] }).makes();
  });
});

describe('erasing output', () => {
  const erase = (runIds: string[] | null) => ({ type: 'erase-output', executionId, runIds, reason: 'asked for' }) as const;
  const erased = (runIds: string[] | null): EventDraft => ({ type: 'kanade.execution.output-erased.v1', correlationid, data: { executionId, runIds, reason: 'asked for' } });

  it('refuses what never was', () => {
    execution.given().when(erase(null)).refuses('not-found');
    execution.given(...two).when(erase(['r1', 'r9'])).refuses('not-found');
  });
  it('is told once', () => {
    execution.given(...two).when(erase(null)).makes(erased(null));
    execution.given(...two, erased(null)).when(erase(null)).makes();
    execution.given(...two, erased(null)).when(erase(['r1'])).makes();
    execution.given(...two, erased(['r1'])).when(erase(['r1'])).makes();
  });
  it('names only what is new', () => {
    execution.given(...two, erased(['r1'])).when(erase(['r1', 'r2'])).makes(erased(['r2']));
    execution.given(...two, erased(['r1'])).when(erase(null)).makes(erased(null));
  });
});
