import { describe, expect, it } from 'vitest';
import { TestHistory, enrol, nkeyOf, openTestModel, rekey, requestEnrolment } from '../../testing/index.ts';

const linux = { family: 'linux', name: 'Debian', version: '12', architecture: 'x64' } as const;

function fold(act: (history: TestHistory) => void) {
  const history = new TestHistory();
  act(history);
  const model = openTestModel();
  const commit = model.apply(history.batches);
  return { model, commit, row: model.rows('SELECT * FROM endpoints')[0], at: (position: number) => new Date(history.events[position - 1]?.recordedAt ?? 0).toISOString() };
}

const revoke = (history: TestHistory, id = 'e1', nkey = nkeyOf('e1')) =>
  history.control('endpoint', id, 'kanade.endpoint.revoked.v1', { endpointId: id, nkey, reason: 'stolen' });
const retire = (history: TestHistory) => history.control('endpoint', 'e1', 'kanade.endpoint.retired.v1', { endpointId: 'e1', nkey: nkeyOf('e1') });
const callIt = (history: TestHistory, alias: string | null) => history.control('endpoint', 'e1', 'kanade.endpoint.alias-changed.v1', { endpointId: 'e1', alias });
const start = (history: TestHistory, hostname: string) =>
  history.endpoint('e1', 'kanade.agent.started.v1', { agentVersion: '2', hostname, os: linux, bootId: 'b', shells: ['sh'], reason: 'restart' });

describe('where an endpoint stands', () => {
  it.each([
    ['revocation', (history: TestHistory) => revoke(history)],
    ['retirement', retire],
    ['alias', (history: TestHistory) => callIt(history, 'desk')],
    ['re-keying', (history: TestHistory) => rekey(history, 'e1')],
  ])('refuses the %s of one that was never enrolled', (_what, act) => {
    expect(fold((history) => void act(history)).commit.poisoned).toBe(1);
  });

  it('is pending until it is approved, keeping its row and its name', () => {
    const waits = fold((history) => void requestEnrolment(history, 'e1'));
    expect(waits.row).toMatchObject({ standing: 'pending', key: 1, standingAt: waits.at(1) });
    const approved = fold((history) => {
      requestEnrolment(history, 'e1');
      history.control('endpoint', 'e1', 'kanade.endpoint.approved.v1', { endpointId: 'e1' });
      enrol(history, 'e1');
    });
    expect(approved.row).toMatchObject({ standing: 'active', key: 1, standingAt: approved.at(3), nameSince: approved.at(1) });
    expect(approved.commit.changes).toContainEqual({ kind: 'endpoint', id: 'e1' });
  });

  it('is revoked with the reason, its key with it, once', () => {
    const { model, row, at } = fold((history) => {
      enrol(history, 'e1');
      revoke(history);
      retire(history);
    });
    expect(row).toMatchObject({ standing: 'retired', standingAt: at(3), standingReason: null });
    expect(model.rows('SELECT nkey, endpointKey, revokedAt FROM revokedKeys')).toEqual([{ nkey: nkeyOf('e1'), endpointKey: 1, revokedAt: Date.parse(at(2)) }]);
  });

  it('is active again with new keys: the old ones revoked, quarantine over, history and alias kept', () => {
    const { model, row } = fold((history) => {
      enrol(history, 'e1');
      callIt(history, 'Front Desk');
      history.control('endpoint', 'e1', 'kanade.endpoint.quarantined.v1', { endpointId: 'e1', sequence: 1, reason: 'x' });
      revoke(history);
      rekey(history, 'e1', { hostname: 'E1-HOST' });
    });
    expect(row).toMatchObject({
      key: 1, standing: 'active', standingReason: null, quarantined: 0, quarantineReason: null, alias: 'Front Desk', nkey: nkeyOf('e1-2'), signingKey: 'signing-e1-2', keyedFrom: 5,
    });
    expect(model.rows('SELECT nkey FROM revokedKeys')).toEqual([{ nkey: nkeyOf('e1') }]);
  });
});

describe('an identity conflict', () => {
  const report = (history: TestHistory) => history.control('endpoint', 'e1', 'kanade.endpoint.conflict-reported.v1', { endpointId: 'e1', detail: 'cloned' });
  it('is shown until there are new keys', () => {
    const after = (act: (history: TestHistory) => void) => fold((history) => {
      enrol(history, 'e1');
      report(history);
      act(history);
    }).row;
    expect(after(() => undefined)).toMatchObject({ conflictReason: 'cloned' });
    expect(after((history) => void rekey(history, 'e1'))).toMatchObject({ conflictReason: null });
    expect(fold((history) => void report(history)).commit.poisoned).toBe(1);
  });
});

describe('what an endpoint is called', () => {
  it('is by operators what they say, until they say otherwise or it is retired', () => {
    const alias = (act: (history: TestHistory) => void) => fold((history) => {
      enrol(history, 'e1');
      callIt(history, 'Front Desk');
      act(history);
    }).row;
    expect(alias((history) => void start(history, 'other'))).toMatchObject({ alias: 'Front Desk', searchAlias: 'front desk', name: 'other' });
    expect(alias((history) => void callIt(history, null))).toMatchObject({ alias: null, searchAlias: null });
    expect(alias((history) => void retire(history))).toMatchObject({ alias: null, searchAlias: null });
  });

  it('is since when it called itself so, capitals apart', () => {
    const { row, at } = fold((history) => {
      enrol(history, 'e1');
      start(history, 'E1-Host');
    });
    expect(row).toMatchObject({ name: 'E1-Host', nameSince: at(1) });
    const renamed = fold((history) => {
      enrol(history, 'e1');
      start(history, 'domain-controller');
      start(history, 'domain-controller');
    });
    expect(renamed.row).toMatchObject({ name: 'domain-controller', nameSince: renamed.at(2) });
  });
});

describe('enrolment tokens', () => {
  const create = (history: TestHistory) =>
    history.control('enrolment', 't1', 'kanade.enrolment.token-created.v2', {
      tokenId: 't1', site: 'tokyo', maxUses: 3, expiresAt: '2026-02-01T00:00:00.000Z', approval: true, endpointId: null,
    }, { principal: 'account/a1' });

  it('count each machine once, approved later or not', () => {
    const { model } = fold((history) => {
      create(history);
      requestEnrolment(history, 'e1');
      enrol(history, 'e1');
      enrol(history, 'e2');
      rekey(history, 'e2', { tokenId: 't1' });
    });
    expect(model.rows('SELECT tokenId, site, approval, maxUses, uses, createdBy, revokedAt FROM enrolmentTokens')).toEqual([
      { tokenId: 't1', site: 'tokyo', approval: 1, maxUses: 3, uses: 3, createdBy: 'account/a1', revokedAt: null },
    ]);
    expect(model.rows('SELECT lastUsedAt FROM enrolmentTokens WHERE lastUsedAt > createdAt')).toHaveLength(1);
  });

  it('are revoked, and only those that were made', () => {
    const revokeToken = (history: TestHistory) => history.control('enrolment', 't1', 'kanade.enrolment.token-revoked.v1', { tokenId: 't1' });
    expect(fold((history) => void revokeToken(history)).commit.poisoned).toBe(1);
    const { model } = fold((history) => {
      create(history);
      revokeToken(history);
    });
    expect(model.rows('SELECT tokenId FROM enrolmentTokens WHERE revokedAt IS NOT NULL')).toEqual([{ tokenId: 't1' }]);
  });
});
