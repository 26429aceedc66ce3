import { endpointListQuerySchema, endpointDetailSchema, endpointPageSchema, packageListQuerySchema, packagePageSchema, performanceSchema } from '@kanade/contracts';
import { TestHistory, busyHistory, enrol } from '@kanade/read-models/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { systemPrincipal } from '../accounts/principal.ts';
import { foldScene } from '../projections/folded-scene.spec-kit.ts';
import type { FoldedScene } from '../projections/folded-scene.spec-kit.ts';
import { LiveOverlay } from '../projections/live-overlay.ts';
import { getEndpoint } from './get-endpoint.query.ts';
import { getPerformance } from './get-performance.query.ts';
import { listEndpointPackages } from './list-endpoint-packages.query.ts';
import { listEndpoints } from './list-endpoints.query.ts';

let scene: FoldedScene | undefined;
afterEach(() => scene?.close());

const scenes = (history: TestHistory) => {
  scene = foldScene(history);
  return scene.db;
};

function fleet(): TestHistory {
  const history = new TestHistory();
  for (const [id, hostname] of [['e1', 'delta'], ['e2', 'Alpha'], ['e3', 'charlie'], ['e4', 'Bravo'], ['e5', 'bravo']] as const) enrol(history, id, { hostname });
  history.control('endpoint', 'e1', 'kanade.endpoint.came-online.v1', { endpointId: 'e1', observedAt: '2026-01-31T12:00:01.000Z' });
  history.control('endpoint', 'e3', 'kanade.endpoint.came-online.v1', { endpointId: 'e3', observedAt: '2026-01-31T12:00:01.000Z' });
  history.control('endpoint', 'e3', 'kanade.endpoint.went-offline.v1', { endpointId: 'e3', observedAt: '2026-01-31T12:00:02.000Z', reason: 'disconnected' });
  return history;
}

/** All names of a list, read two at a time. */
function names(db: FoldedScene['db'], query: object): string[] {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = listEndpoints(db, new LiveOverlay(), systemPrincipal, endpointListQuerySchema.parse({ limit: 2, cursor, ...query }));
    expect(endpointPageSchema.parse(page)).toEqual(page);
    found.push(...page.items.map(({ name }) => name));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

describe('listEndpoints', () => {
  it.each([
    [{}, ['Alpha', 'Bravo', 'bravo', 'charlie', 'delta']],
    [{ sort: '-name' }, ['delta', 'charlie', 'bravo', 'Bravo', 'Alpha']],
    [{ sort: 'enrolledAt' }, ['delta', 'Alpha', 'charlie', 'Bravo', 'bravo']],
    [{ sort: '-enrolledAt' }, ['bravo', 'Bravo', 'charlie', 'Alpha', 'delta']],
    [{ sort: 'status' }, ['Alpha', 'Bravo', 'bravo', 'charlie', 'delta']],
    [{ sort: '-status' }, ['delta', 'charlie', 'bravo', 'Bravo', 'Alpha']],
    [{ search: 'RA' }, ['Bravo', 'bravo']],
    [{ search: 'e3' }, ['charlie']],
    [{ search: '%' }, []],
    [{ name: 'BRAVO' }, ['Bravo', 'bravo']],
    [{ status: 'online' }, ['delta']],
    [{ status: 'never-seen' }, ['Alpha', 'Bravo', 'bravo']],
  ])('gives %j as %j, page by page', (query, expected) => {
    expect(names(scenes(fleet()), query)).toEqual(expected);
  });

  it('refuses a cursor that is not its own', () => {
    const db = scenes(fleet());
    expect(() => names(db, { cursor: 'bm9uc2Vuc2U' })).toThrow(expect.objectContaining({ code: 'invalid-request' }));
    expect(() => names(db, { cursor: Buffer.from('[1]').toString('base64url') })).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });

  it('shows only the sites of a principal', () => {
    const history = new TestHistory();
    enrol(history, 'e1', { site: 'tokyo' });
    enrol(history, 'e2', { site: 'kyoto' });
    const db = scenes(history);
    const page = listEndpoints(db, new LiveOverlay(), { ...systemPrincipal, scope: { sites: ['kyoto'] } }, endpointListQuerySchema.parse({}));
    expect(page.items.map(({ id }) => id)).toEqual(['e2']);
  });

  it('lays what was heard live over what was folded', () => {
    const db = scenes(fleet());
    const overlay = new LiveOverlay();
    const seen = () => listEndpoints(db, overlay, systemPrincipal, endpointListQuerySchema.parse({ name: 'delta' })).items[0]?.lastSeenAt;
    expect(seen()).toBe('2026-01-31T12:00:01.000Z');
    overlay.setSeen('e1', Date.parse('2026-01-31T12:30:00.000Z'));
    overlay.setSeen('e1', Date.parse('2026-01-31T12:29:00.000Z'));
    expect(seen()).toBe('2026-01-31T12:30:00.000Z');
  });
});

describe('one endpoint', () => {
  it('is shown with what is known of it', () => {
    const detail = getEndpoint(scenes(busyHistory()), new LiveOverlay(), systemPrincipal, { endpointId: 'e1' });
    expect(endpointDetailSchema.parse(detail)).toEqual(detail);
    expect(detail).toMatchObject({ name: 'E1-Host', status: 'offline', shells: ['sh', 'bash'], inventory: { hardware: null, packageCount: 2 } });
  });

  it('is not found when nobody enrolled it', () => {
    const db = scenes(fleet());
    expect(() => getEndpoint(db, new LiveOverlay(), systemPrincipal, { endpointId: 'e9' })).toThrow(expect.objectContaining({ code: 'not-found' }));
    expect(() => getPerformance(db, systemPrincipal, { endpointId: 'e9', minutes: 5 }, 0)).toThrow(expect.objectContaining({ code: 'not-found' }));
  });

  it('has packages in the order of their names, page by page', () => {
    const db = scenes(busyHistory());
    const page = (query: object) => listEndpointPackages(db, systemPrincipal, { endpointId: 'e1', ...packageListQuerySchema.parse(query) });
    const first = page({ limit: 1 });
    expect(packagePageSchema.parse(first)).toEqual(first);
    expect(first.items.map(({ name }) => name)).toEqual(['bash']);
    expect(page({ limit: 1, cursor: first.nextCursor })).toMatchObject({ items: [{ name: 'Zsh' }], nextCursor: null });
    expect(page({ search: 'ZS' }).items).toHaveLength(1);
  });

  it('has the samples of the last minutes', () => {
    const history = busyHistory();
    const recordedAt = history.metrics[0]?.recordedAt ?? 0;
    const db = scenes(history);
    const performance = getPerformance(db, systemPrincipal, { endpointId: 'e1', minutes: 5 }, recordedAt + 60_000);
    expect(performanceSchema.parse(performance)).toEqual(performance);
    expect(performance.samples).toHaveLength(1);
    expect(getPerformance(db, systemPrincipal, { endpointId: 'e1', minutes: 5 }, recordedAt + 600_000).samples).toEqual([]);
  });
});
