import { describe, expect, it } from 'vitest';
import { TestHistory, enrol, openTestModel } from '../../testing/index.ts';

function fold(act: (history: TestHistory) => void) {
  const history = new TestHistory();
  enrol(history, 'e1');
  act(history);
  const model = openTestModel();
  const commit = model.apply(history.batches);
  return { model, commit, row: model.rows('SELECT * FROM endpoints')[0] };
}

const os = { family: 'windows', name: 'Windows 11', version: '10.0.26100', architecture: 'x64' } as const;

describe('endpoints', () => {
  it('are never seen until the broker has seen them', () => {
    expect(fold(() => undefined).row).toMatchObject({ id: 'e1', name: 'e1-host', status: 'never-seen', key: 1, quarantined: 0, observedAt: null });
  });

  it('come and go', () => {
    const online = fold((history) => history.control('endpoint', 'e1', 'kanade.endpoint.came-online.v1', { endpointId: 'e1', observedAt: '2026-01-31T12:00:01.000Z' }));
    expect(online.row).toMatchObject({ status: 'online', observedAt: '2026-01-31T12:00:01.000Z' });
    expect(online.commit.changes).toContainEqual({ kind: 'endpoint', id: 'e1' });
    expect(fold((history) => {
      history.control('endpoint', 'e1', 'kanade.endpoint.came-online.v1', { endpointId: 'e1', observedAt: '2026-01-31T12:00:01.000Z' });
      history.control('endpoint', 'e1', 'kanade.endpoint.went-offline.v1', { endpointId: 'e1', observedAt: '2026-01-31T12:00:02.000Z', reason: 'beats-missed' });
    }).row).toMatchObject({ status: 'offline', observedAt: '2026-01-31T12:00:02.000Z' });
  });

  it('are called what their agent last called them', () => {
    const { row } = fold((history) => history.endpoint('e1', 'kanade.agent.started.v1', { agentVersion: '2', hostname: 'DESK-7', os, bootId: 'b', shells: ['cmd'], reason: 'restart' }));
    expect(row).toMatchObject({ name: 'DESK-7', searchName: 'desk-7', osFamily: 'windows', agentVersion: '2', shells: '["cmd"]' });
  });

  it('are quarantined with the reason', () => {
    const { row } = fold((history) => history.control('endpoint', 'e1', 'kanade.endpoint.quarantined.v1', { endpointId: 'e1', sequence: 7, reason: 'bad signature' }));
    expect(row).toMatchObject({ quarantined: 1, quarantineReason: 'bad signature' });
  });

  it('keep their row when they are enrolled again, with new keys', () => {
    const { model } = fold((history) => enrol(history, 'e1', { signingKey: 'other' }));
    expect(model.rows('SELECT key, signingKey FROM endpoints')).toEqual([{ key: 1, signingKey: 'other' }]);
  });

  it('have facets, each the newest', () => {
    const value = { disks: [], filesystems: [] };
    const { model } = fold((history) => {
      history.endpoint('e1', 'kanade.inventory.changed.v1', { facet: 'disks', value: { disks: [], filesystems: [{ device: 'a', type: 'ext4', mount: '/', sizeBytes: 1 }] } });
      history.endpoint('e1', 'kanade.inventory.changed.v1', { facet: 'disks', value });
    });
    expect(model.rows('SELECT facet, value, position FROM facets')).toEqual([{ facet: 'disks', value: JSON.stringify(value), position: 3 }]);
  });

  it('have packages, by difference', () => {
    const bash = { name: 'bash', architecture: 'amd64', source: 'dpkg' } as const;
    const { model, row } = fold((history) => {
      history.endpoint('e1', 'kanade.inventory.packages-changed.v1', { reset: true, removed: [], present: [{ ...bash, version: '1' }, { ...bash, name: 'zsh', version: '1' }] });
      history.endpoint('e1', 'kanade.inventory.packages-changed.v1', { reset: false, removed: [{ ...bash, name: 'zsh' }], present: [{ ...bash, version: '2' }] });
    });
    expect(model.rows('SELECT name, version FROM packages')).toEqual([{ name: 'bash', version: '2' }]);
    expect(row).toMatchObject({ packageCount: 1 });
  });
});
