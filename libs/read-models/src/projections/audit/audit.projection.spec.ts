import { describe, expect, it } from 'vitest';
import { TestHistory, busyHistory, enrol, openTestModel, requestExecution } from '../../testing/index.ts';

const origin = { remoteaddress: '203.0.113.7', interface: 'cli' } as const;
const hana = { principal: 'account/a2', ...origin } as const;
const since = '2026-01-31T12:00:00.000Z';

function auditedHistory(): TestHistory {
  const history = new TestHistory();
  history.control('account', 'a1', 'kanade.account.created.v1', { accountId: 'a1', username: 'admin' });
  history.control('account', 'a2', 'kanade.account.created.v1', { accountId: 'a2', username: 'Hana' }, { principal: 'account/a1', ...origin });
  history.control('token', 't1', 'kanade.token.created.v1', { tokenId: 't1', accountId: 'a2', name: 'laptop', scopes: null, expiresAt: '2027-01-01T00:00:00.000Z' }, hana);
  enrol(history, 'e1');
  history.control('endpoint', 'e1', 'kanade.endpoint.alias-changed.v1', { endpointId: 'e1', alias: 'Front Desk' }, { ...hana, principal: 'token/t1' });
  history.control('job', 'hello', 'kanade.job.applied.v1', {
    jobId: 'hello', version: '2', description: '', execute: { shell: 'sh', timeoutMs: 1, runAs: 'system', cwd: null }, scriptDigest: 'c'.repeat(64), scriptBytes: 1,
  }, hana);
  requestExecution(history, 'x1', ['e1'], { job: { id: 'hello', version: '2' } });
  history.control('execution', 'x1', 'kanade.execution.cancel-requested.v1', { executionId: 'x1', runIds: null }, hana);
  history.control('audit', 'a2', 'kanade.audit.refused.v1', { operation: 'revokeEndpoint', code: 'forbidden', target: { kind: 'endpoint', id: 'e1' }, count: 3, since }, hana);
  history.control('audit', 'strangers', 'kanade.audit.refused.v1', { operation: 'createSession', code: 'sign-in-failed', target: null, count: 1, since }, { principal: 'stranger', ...origin });
  history.control('account', 'a2', 'kanade.account.sign-in-refused.v1', { accountId: 'a2', count: 7, since }, { principal: 'stranger', ...origin });
  return history;
}

function rowsOf(batches: readonly TestHistory['events'][]): unknown[] {
  const model = openTestModel();
  for (const events of batches) model.apply({ events });
  const rows = model.rows(`SELECT position, principal, account, audit.name, remoteAddress, interface, eventTypes.name AS type, refused, operation, code, count,
    targetKind, targetId, targetName, targetCount, substr(scriptDigest, 1, 1) AS script FROM audit JOIN eventTypes ON key = typeKey ORDER BY position`);
  model.close();
  return rows;
}

describe('the audit', () => {
  it('has what somebody did and what they were refused, under the names of then', () => {
    const from = { remoteAddress: '203.0.113.7', interface: 'cli' };
    const done = { ...from, refused: 0, operation: null, code: null, count: 1, targetCount: null, script: null };
    const byHana = { ...done, principal: 'account/a2', account: 'a2', name: 'Hana' };
    expect(rowsOf([auditedHistory().events])).toEqual([
      { ...done, position: 2, principal: 'account/a1', account: 'a1', name: 'admin', type: 'kanade.account.created.v1', targetKind: 'account', targetId: 'a2', targetName: 'Hana' },
      { ...byHana, position: 3, type: 'kanade.token.created.v1', targetKind: 'token', targetId: 't1', targetName: 'Hana (laptop)' },
      { ...byHana, position: 5, principal: 'token/t1', name: 'Hana (laptop)', type: 'kanade.endpoint.alias-changed.v1', targetKind: 'endpoint', targetId: 'e1', targetName: 'Front Desk' },
      { ...byHana, position: 6, type: 'kanade.job.applied.v1', targetKind: 'job', targetId: 'hello', targetName: 'hello@2', script: 'c' },
      {
        ...done, position: 7, principal: 'account/a1', account: 'a1', name: 'admin', remoteAddress: null, interface: null, type: 'kanade.execution.requested.v1',
        targetKind: 'execution', targetId: 'x1', targetName: 'hello@2', targetCount: 1, script: 'a',
      },
      { ...byHana, position: 9, type: 'kanade.execution.cancel-requested.v1', targetKind: 'execution', targetId: 'x1', targetName: 'hello@2' },
      {
        ...byHana, position: 10, type: 'kanade.audit.refused.v1', refused: 1, operation: 'revokeEndpoint', code: 'forbidden', count: 3, targetKind: 'endpoint', targetId: 'e1',
        targetName: 'Front Desk',
      },
      {
        ...done, position: 11, principal: 'stranger', account: null, name: 'stranger', type: 'kanade.audit.refused.v1', refused: 1, operation: 'createSession',
        code: 'sign-in-failed', targetKind: '', targetId: null, targetName: null,
      },
      {
        ...done, position: 12, principal: 'stranger', account: null, name: 'stranger', type: 'kanade.account.sign-in-refused.v1', refused: 1, code: 'sign-in-failed', count: 7,
        targetKind: 'account', targetId: 'a2', targetName: 'Hana',
      },
    ]);
  });

  it('has nothing of what the backend does by itself, of endpoints, or of poison', () => {
    const model = openTestModel();
    model.apply(busyHistory().batches);
    expect(model.rows("SELECT DISTINCT principal FROM audit WHERE principal NOT LIKE 'account/%' AND principal NOT LIKE 'token/%'")).toEqual([]);
    model.close();
    const forged = openTestModel({ verifyControl: () => 'not ours' });
    forged.apply({ events: auditedHistory().events });
    expect(forged.rows('SELECT * FROM audit')).toEqual([]);
    forged.close();
  });

  it('is the same rows however it is folded', () => {
    const { events } = auditedHistory();
    expect(rowsOf(events.map((event) => [event]))).toEqual(rowsOf([events]));
  });
});
