import { endpointDiffSchema } from '@kanade/contracts';
import { openPastReader } from '@kanade/read-models';
import { TestHistory, enrol } from '@kanade/read-models/testing';
import { expect, it } from 'vitest';
import { systemPrincipal } from '../accounts/principal.ts';
import { foldScene } from '../projections/folded-scene.spec-kit.ts';
import { diffEndpoint } from './diff-endpoint.query.ts';

const dpkg = (name: string, version: string) => ({ name, version, architecture: 'amd64', source: 'dpkg' as const });
const disk = (name: string, sizeBytes: number) => ({ name, kind: 'disk' as const, model: '', sizeBytes, removable: false });

it('tells what two moments of an endpoint do not have in common', () => {
  const history = new TestHistory();
  enrol(history, 'e1');
  history.endpoint('e1', 'kanade.inventory.packages-changed.v1', { reset: true, removed: [], present: [dpkg('bash', '5.1'), dpkg('curl', '8'), dpkg('vim', '9')] });
  const { sequence: before } = history.endpoint('e1', 'kanade.inventory.changed.v1', { facet: 'disks', value: { disks: [disk('sda', 100)], filesystems: [] } });
  history.control('endpoint', 'e1', 'kanade.endpoint.site-assigned.v1', { endpointId: 'e1', site: 'tokyo' });
  history.endpoint('e1', 'kanade.inventory.changed.v1', { facet: 'disks', value: { disks: [disk('sda', 200), disk('sdb', 50)], filesystems: [] } });
  const { sequence: after } = history.endpoint('e1', 'kanade.inventory.packages-changed.v1', { reset: false, removed: [{ name: 'vim', architecture: 'amd64', source: 'dpkg' }], present: [dpkg('bash', '5.2'), dpkg('zsh', '5')] });
  history.control('endpoint', 'e1', 'kanade.endpoint.alias-changed.v1', { endpointId: 'e1', alias: 'later' });
  const scene = foldScene(history);
  const past = openPastReader(scene.file);

  const diff = diffEndpoint(past.at(before), past.at(after), systemPrincipal, 'e1');
  expect(endpointDiffSchema.parse(diff)).toEqual(diff);
  expect(diff).toMatchObject({
    from: `0badcafe:${before}`,
    to: `0badcafe:${after}`,
    packages: { added: [dpkg('zsh', '5')], removed: [dpkg('vim', '9')], updated: [{ name: 'bash', architecture: 'amd64', source: 'dpkg', before: '5.1', after: '5.2' }] },
  });
  expect(diff.changes).toEqual(
    expect.arrayContaining([
      { field: 'site', before: 'default', after: 'tokyo' },
      { field: 'disks.disks[sda].sizeBytes', before: 100, after: 200 },
      { field: 'disks.disks[sdb].sizeBytes', before: null, after: 50 },
    ]),
  );
  expect(diff.changes.filter(({ field }) => field === 'alias')).toEqual([]);
  expect(diffEndpoint(past.at(after), scene.db, systemPrincipal, 'e1').changes).toEqual([{ field: 'alias', before: null, after: 'later' }]);
  expect(diffEndpoint(past.at(after), past.at(after), systemPrincipal, 'e1')).toMatchObject({ changes: [], packages: { added: [], removed: [], updated: [] } });
  expect(() => diffEndpoint(past.at(0), scene.db, systemPrincipal, 'e1')).toThrow(expect.objectContaining({ code: 'not-found', message: expect.stringContaining('it enrolled at') }));
  past.close();
  scene.close();
});
