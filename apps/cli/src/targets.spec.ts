import { configureApi, type EndpointView } from '@kanade/api-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { notesOnNames, resolveEndpoint } from './targets.ts';

const now = Date.parse('2026-02-01T12:00:00.000Z');

const endpoint = (id: string, name: string, more: Partial<EndpointView> = {}): EndpointView => ({
  id, name, nameSince: '2026-01-01T00:00:00.000Z', alias: null, standing: 'active', status: 'online', os: { family: 'linux', name: 'Debian', version: '12' },
  agentVersion: '1', lastSeenAt: null, simulated: false, site: 'default', quarantined: false, conflicted: false, held: false, ...more,
});

let fleet: EndpointView[] = [];

/** As the backend answers: one by its id, lists by exact name or alias. */
function answer(url: URL): Response {
  const id = /^\/api\/v1\/endpoints\/(.+)$/.exec(url.pathname)?.[1];
  const problem = { type: 'about:blank', title: 'Not found', status: 404, code: 'not-found' };
  if (id !== undefined) {
    const found = fleet.find((one) => one.id === id);
    return found ? Response.json(found) : Response.json(problem, { status: 404, headers: { 'content-type': 'application/problem+json' } });
  }
  const [name, alias] = [url.searchParams.get('name'), url.searchParams.get('alias')];
  const items = fleet.filter((one) => (name === null || one.name === name) && (alias === null || one.alias === alias));
  return Response.json({ items, nextCursor: null, position: '00000000:1' });
}

beforeEach(() => {
  configureApi({ baseUrl: 'http://localhost', token: 't', fetch: (input) => Promise.resolve(answer(new URL(input instanceof Request ? input.url : input))) });
});

describe('naming an endpoint', () => {
  it('is refused where nothing or too much is meant, with the ids to choose from', async () => {
    fleet = [endpoint('e1', 'web'), endpoint('e2', 'web')];
    await expect(resolveEndpoint('db')).rejects.toThrow('There is no endpoint called "db"');
    await expect(resolveEndpoint('web')).rejects.toThrow(/2 endpoints are called "web":\n {2}e1 {2}online\n {2}e2 {2}online/);
  });

  it('means the id, then the alias, and only then what endpoints call themselves', async () => {
    fleet = [endpoint('e1', 'pc-1', { alias: 'desk' }), endpoint('e2', 'desk'), endpoint('e3', 'e1')];
    expect(await resolveEndpoint('desk')).toBe('e1');
    expect(await resolveEndpoint('e1')).toBe('e1');
    expect(await resolveEndpoint('pc-1')).toBe('e1');
  });

  it('means the one that is in the fleet, or the one that waits where that is asked for', async () => {
    fleet = [endpoint('e1', 'web', { standing: 'retired' }), endpoint('e2', 'web'), endpoint('e3', 'web', { standing: 'pending' })];
    expect(await resolveEndpoint('web')).toBe('e2');
    expect(await resolveEndpoint('web', 'pending')).toBe('e3');
    fleet = [endpoint('e1', 'web', { standing: 'retired' })];
    expect(await resolveEndpoint('web')).toBe('e1');
  });
});

describe('targets whose name is new', () => {
  it('are pointed out with their id', () => {
    const fresh = endpoint('e9', 'dc-1', { nameSince: '2026-02-01T11:00:00.000Z' });
    expect(notesOnNames([endpoint('e1', 'old'), fresh], now)).toEqual([expect.stringMatching(/^Note: dc-1 \(new name\) has called itself dc-1 only since .*; its id is e9$/)]);
  });
});
