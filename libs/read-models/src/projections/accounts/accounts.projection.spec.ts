import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestHistory, openTestModel } from '../../testing/index.ts';
import type { TestModel } from '../../testing/index.ts';

const by = { principal: 'account/a1' } as const;

/** An administrator who made Hana, gave her other roles, disabled and reset her; and one from before there were grants. */
function peopleHistory(): TestHistory {
  const history = new TestHistory();
  const account = (id: string) => ['account', id] as const;
  history.control(...account('a1'), 'kanade.account.created.v1', { accountId: 'a1', username: 'admin' });
  history.control(...account('a2'), 'kanade.account.created.v1', { accountId: 'a2', username: 'Hana' }, by);
  history.control(...account('a2'), 'kanade.account.grants-changed.v1', { accountId: 'a2', grants: [{ role: 'operator', sites: ['tokyo'] }] }, by);
  history.control(...account('a2'), 'kanade.account.password-changed.v1', { accountId: 'a2', means: 'link' });
  history.control(...account('a2'), 'kanade.account.second-factor-enabled.v1', { accountId: 'a2' });
  history.control(...account('a2'), 'kanade.account.signed-in.v1', { accountId: 'a2', sessionId: 's1', interface: 'console' });
  history.control(...account('a2'), 'kanade.account.disabled.v1', { accountId: 'a2' }, by);
  return history;
}

let model: TestModel;
beforeEach(() => {
  model = openTestModel();
});
afterEach(() => model.close());
const rows = () => model.rows('SELECT * FROM accounts ORDER BY username');
const hana = () => model.rows("SELECT disabledAt IS NOT NULL AS disabled, disabledBy, hasPassword, hasSecondFactor FROM accounts WHERE username = 'hana'");

describe('accounts', () => {
  it('are rows that tell what became of them, and never more', () => {
    const commit = model.apply(peopleHistory().batches);
    expect(rows()).toEqual([
      {
        key: 1, id: 'a1', username: 'admin', provider: null, grants: '[{"role":"admin","sites":"all"}]', createdAt: '2026-01-31T12:00:00.010Z', createdBy: 'system', disabledAt: null,
        disabledBy: null, hasPassword: 0, hasSecondFactor: 0, lastSignedInAt: null,
      },
      {
        key: 2, id: 'a2', username: 'Hana', provider: null, grants: '[{"role":"operator","sites":["tokyo"]}]', createdAt: '2026-01-31T12:00:00.020Z', createdBy: 'admin',
        disabledAt: '2026-01-31T12:00:00.070Z', disabledBy: 'admin', hasPassword: 1, hasSecondFactor: 1, lastSignedInAt: '2026-01-31T12:00:00.060Z',
      },
    ]);
    expect(commit.changes).toContainEqual({ kind: 'account', id: 'a2' });
  });

  it('of an identity provider are told apart, and have no password for signing in', () => {
    const history = peopleHistory();
    history.control('account', 'a3', 'kanade.account.created.v1', { accountId: 'a3', username: 'ren', provider: { issuer: 'https://login.example', subject: 's1' } });
    history.control('account', 'a3', 'kanade.account.grants-changed.v1', { accountId: 'a3', grants: [] });
    history.control('account', 'a3', 'kanade.account.signed-in.v1', { accountId: 'a3', sessionId: 's2', interface: 'console' });
    model.apply(history.batches);
    expect(model.rows("SELECT provider, grants, hasPassword, lastSignedInAt IS NOT NULL AS was FROM accounts WHERE username = 'ren'")).toEqual([{ provider: 'https://login.example', grants: '[]', hasPassword: 0, was: 1 }]);
  });

  it('lose their password, and their second factor where it says so, with a reset', () => {
    const history = peopleHistory();
    const link = { accountId: 'a2', linkId: 'l1', expiresAt: '2026-02-01T12:00:00.000Z', reason: 'reset' } as const;
    history.control('account', 'a2', 'kanade.account.enabled.v1', { accountId: 'a2' });
    history.control('account', 'a2', 'kanade.account.password-link-made.v1', { ...link, secondFactorRemoved: false });
    model.apply(history.batches);
    expect(hana()).toEqual([{ disabled: 0, disabledBy: null, hasPassword: 0, hasSecondFactor: 1 }]);
    history.control('account', 'a2', 'kanade.account.password-link-made.v1', { ...link, secondFactorRemoved: true });
    model.apply({ events: history.events.slice(-1) });
    expect(hana()).toMatchObject([{ hasSecondFactor: 0 }]);
  });

  it('are the same rows when replayed, and when built anew', () => {
    const { batches } = peopleHistory();
    model.apply(batches);
    for (const pieces of [[batches.events], batches.events.map((event) => [event])]) {
      const anew = openTestModel();
      for (const events of pieces) anew.apply({ events });
      expect(anew.rows('SELECT * FROM accounts ORDER BY username')).toEqual(rows());
      anew.close();
    }
  });
});
