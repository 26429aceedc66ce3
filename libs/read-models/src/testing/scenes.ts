import type { EventMap } from '../fold/events.ts';
import type { StoredMessage } from '../fold/message.ts';
import { TestHistory } from './history.ts';

type Finished = EventMap['kanade.run.finished.v1']['data'];

const linux = { family: 'linux', name: 'Debian', version: '12', architecture: 'x64' } as const;

/** The public NKey a scene's endpoint has. */
export const nkeyOf = (name: string): string => `U${name.toUpperCase().replaceAll(/[^A-Z2-7]/g, 'A').padEnd(55, 'A')}`;

type Enrolled = EventMap['kanade.endpoint.enrolled.v1']['data'];

/** Enrols an endpoint called `<id>-host`. */
export function enrol(history: TestHistory, endpointId: string, extra: Partial<Enrolled> = {}): StoredMessage {
  return history.control('endpoint', endpointId, 'kanade.endpoint.enrolled.v1', hostOf(endpointId, extra));
}

/** It asks to, with a token that wants approval. */
export function requestEnrolment(history: TestHistory, endpointId: string, extra: Partial<Enrolled> = {}): StoredMessage {
  return history.control('endpoint', endpointId, 'kanade.endpoint.enrolment-requested.v1', hostOf(endpointId, extra));
}

/** It gets new keys, called `<id>-2`. */
export function rekey(history: TestHistory, endpointId: string, extra: Partial<Enrolled> = {}): StoredMessage {
  const name = `${endpointId}-2`;
  const { site: _site, ...host } = hostOf(endpointId, { nkey: nkeyOf(name), signingKey: `signing-${name}`, sealingKey: `sealing-${name}`, tokenId: 't9', ...extra });
  return history.control('endpoint', endpointId, 'kanade.endpoint.rekeyed.v1', { ...host, previousNkey: nkeyOf(endpointId) });
}

function hostOf(endpointId: string, extra: Partial<Enrolled>): Enrolled {
  return {
    endpointId, hostname: `${endpointId}-host`, os: linux, agentVersion: '0.1.0', site: 'default', tokenId: 't1', simulated: false,
    nkey: nkeyOf(endpointId), signingKey: `signing-${endpointId}`, sealingKey: `sealing-${endpointId}`,
    ...extra,
  };
}

export const runIdOf = (executionId: string, endpointId: string): string => `run-${executionId}-${endpointId}`;

/** Requests an execution on endpoints: its private part, the request, one block of targets. */
export function requestExecution(
  history: TestHistory, executionId: string, endpointIds: readonly string[], extra: Partial<EventMap['kanade.execution.requested.v1']['data']> = {},
): void {
  history.control('execution', executionId, 'kanade.execution.requested.v1', {
    executionId, job: null, execute: { shell: 'sh', timeoutMs: 60_000, runAs: 'system', cwd: null }, scriptDigest: 'a'.repeat(64),
    selector: { kind: 'endpoints', count: endpointIds.length }, targetCount: endpointIds.length,
    expiresAt: new Date(history.startedAt + 3_600_000).toISOString(), supersede: false, ...extra,
  }, { correlationid: executionId, principal: 'account/a1' });
  history.control('execution', executionId, 'kanade.execution.targeted.v1', {
    executionId, block: 0, targets: endpointIds.map((endpointId) => ({ endpointId, runId: runIdOf(executionId, endpointId) })),
  }, { correlationid: executionId });
}

export function acceptRun(history: TestHistory, executionId: string, endpointId: string): StoredMessage {
  return history.endpoint(endpointId, 'kanade.run.accepted.v1', { runId: runIdOf(executionId, endpointId), executionId, commandSequence: 1 }, { correlationid: executionId });
}

export function startRun(history: TestHistory, executionId: string, endpointId: string): StoredMessage {
  return history.endpoint(endpointId, 'kanade.run.started.v1', { runId: runIdOf(executionId, endpointId), executionId, runAs: 'system' }, { correlationid: executionId });
}

/** Ends a run; `stdoutChunks` says how many chunks its end names. */
export function finishRun(
  history: TestHistory, executionId: string, endpointId: string, { stdout = '', stdoutChunks = stdout === '' ? 0 : 1, ...data }: Partial<Finished> & { stdout?: string; stdoutChunks?: number } = {},
): StoredMessage {
  const digest = 'b'.repeat(64);
  return history.endpoint(endpointId, 'kanade.run.finished.v1', {
    runId: runIdOf(executionId, endpointId), executionId, state: 'succeeded', exitCode: 0, signal: null, reason: null,
    startedAt: new Date(history.startedAt).toISOString(), finishedAt: new Date(history.startedAt + 1000).toISOString(), durationMs: 1000,
    output: { stdout: { bytes: Buffer.byteLength(stdout), chunks: stdoutChunks, digest }, stderr: { bytes: 0, chunks: 0, digest } },
    ...data,
  }, { correlationid: executionId });
}

/** A whole day in small: endpoints, a job, executions in every state, inventory, samples, an odd event. */
export function busyHistory(): TestHistory {
  const history = new TestHistory();
  history.control('account', 'a1', 'kanade.account.created.v1', { accountId: 'a1', username: 'admin' });
  history.control('token', 't1', 'kanade.token.created.v1', { tokenId: 't1', accountId: 'a1', name: 'laptop', scopes: null, expiresAt: '2027-01-01T00:00:00.000Z' });
  for (const id of ['e1', 'e2', 'e3']) enrol(history, id);
  history.control('endpoint', 'e1', 'kanade.endpoint.came-online.v1', { endpointId: 'e1', observedAt: '2026-01-31T12:00:01.000Z' });
  history.endpoint('e1', 'kanade.agent.started.v1', { agentVersion: '0.1.1', hostname: 'E1-Host', os: linux, bootId: 'b', shells: ['sh', 'bash'], reason: 'first-start' });
  history.endpoint('e1', 'kanade.inventory.packages-changed.v1', {
    reset: true, removed: [], present: [
      { name: 'bash', version: '5', architecture: 'amd64', source: 'dpkg' },
      { name: 'Zsh', version: '5', architecture: 'amd64', source: 'dpkg' },
    ],
  });
  history.part(history.nextEventId, JSON.stringify({ salt: '0'.repeat(32), script: 'echo hello', env: {}, arguments: [] }));
  history.control('job', 'hello', 'kanade.job.applied.v1', {
    jobId: 'hello', version: '1.0.0', description: 'Says hello', execute: { shell: 'sh', timeoutMs: 900_000, runAs: 'system', cwd: null },
    scriptDigest: 'c'.repeat(64), scriptBytes: 10,
  }, { principal: 'token/t1' });
  requestExecution(history, 'x1', ['e1', 'e2', 'e3']);
  history.control('execution', 'x1', 'kanade.execution.dispatched.v1', {
    executionId: 'x1', incarnation: '0badcafe', commands: [{ runId: runIdOf('x1', 'e1'), sequence: 1 }, { runId: runIdOf('x1', 'e2'), sequence: 2 }],
  });
  acceptRun(history, 'x1', 'e1');
  startRun(history, 'x1', 'e1');
  history.chunk({ endpointId: 'e1', runId: runIdOf('x1', 'e1'), stream: 'stdout', chunk: 0, offset: 0 }, 'hello\n');
  finishRun(history, 'x1', 'e1', { stdout: 'hello\n' });
  history.control('execution', 'x1', 'kanade.execution.runs-presumed.v1', { executionId: 'x1', state: 'lost', runIds: [runIdOf('x1', 'e2')] });
  acceptRun(history, 'x1', 'e2');
  finishRun(history, 'x1', 'e2', { state: 'failed', exitCode: 3 });
  history.sample('e1', {
    at: '2026-01-31T12:00:00.000Z', cpu: 0.5, memoryUsedBytes: 1, memoryTotalBytes: 2, diskReadBytesPerSecond: null, diskWriteBytesPerSecond: null,
    networkReceivedBytesPerSecond: 3, networkSentBytesPerSecond: 4, agentMemoryBytes: 5,
  });
  requestExecution(history, 'x2', ['e3']);
  history.control('execution', 'x2', 'kanade.execution.cancel-requested.v1', { executionId: 'x2', runIds: null });
  history.raw('e3', Buffer.from('not json'));
  history.control('endpoint', 'e1', 'kanade.endpoint.went-offline.v1', { endpointId: 'e1', observedAt: '2026-01-31T12:10:00.000Z', reason: 'disconnected' });
  history.control('enrolment', 't1', 'kanade.enrolment.token-created.v1', { tokenId: 't1', site: 'default', maxUses: 9, expiresAt: '2026-02-01T00:00:00.000Z' });
  history.control('enrolment', 't2', 'kanade.enrolment.token-created.v2', {
    tokenId: 't2', site: 'tokyo', maxUses: 2, expiresAt: '2026-02-01T00:00:00.000Z', approval: true, endpointId: null,
  }, { principal: 'token/t1' });
  requestEnrolment(history, 'e4', { tokenId: 't2' });
  history.control('endpoint', 'e4', 'kanade.endpoint.approved.v1', { endpointId: 'e4' });
  enrol(history, 'e4', { tokenId: 't2' });
  history.control('endpoint', 'e4', 'kanade.endpoint.alias-changed.v1', { endpointId: 'e4', alias: 'Front Desk' });
  history.control('endpoint', 'e4', 'kanade.endpoint.revoked.v1', { endpointId: 'e4', nkey: nkeyOf('e4'), reason: 'stolen' });
  rekey(history, 'e4');
  history.control('endpoint', 'e2', 'kanade.endpoint.conflict-reported.v1', { endpointId: 'e2', detail: 'the history holds 1/7, which this agent never wrote' });
  enrol(history, 'e6');
  history.control('endpoint', 'e6', 'kanade.endpoint.retired.v1', { endpointId: 'e6', nkey: nkeyOf('e6') });
  requestEnrolment(history, 'e5', { tokenId: 't2' });
  history.control('enrolment', 't2', 'kanade.enrolment.token-revoked.v1', { tokenId: 't2' });
  history.control('secret', 'db', 'kanade.secret.set.v1', { name: 'db', version: 1, sites: ['tokyo'], valueId: 'v1' }, { principal: 'account/a1' });
  history.control('secret', 'db', 'kanade.secret.set.v1', { name: 'db', version: 2, sites: 'all', valueId: 'v2' }, { principal: 'token/t1' });
  history.control('secret', 'old', 'kanade.secret.set.v1', { name: 'old', version: 1, sites: 'all', valueId: 'v3' });
  history.control('secret', 'old', 'kanade.secret.deleted.v1', { name: 'old' });
  return history;
}
