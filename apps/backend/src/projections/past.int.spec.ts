import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { FakeAgent } from '../fake-agent.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
});
afterAll(() => installation.stop());

const ask = async (path: string) => backend.call('GET', path);

describe('a moment of the past, over HTTP', () => {
  it('is a position or a time, for lists and details', async () => {
    const agent = await FakeAgent.enrol(backend, 'machine');
    const one = String((await backend.call('PUT', `/endpoints/${agent.endpointId}/alias`, { alias: 'one' })).body['position']);
    const { recordedAt } = (await ask(`/events/${one}`)).body;
    const two = String((await backend.call('PUT', `/endpoints/${agent.endpointId}/alias`, { alias: 'two' })).body['position']);
    expect((await ask(`/endpoints/${agent.endpointId}?at=${one}`)).body).toMatchObject({ alias: 'one', position: one });
    expect((await ask(`/endpoints?at=${encodeURIComponent(String(recordedAt))}&name=machine`)).body).toMatchObject({ items: [{ alias: 'one' }] });
    expect((await ask(`/endpoints/${agent.endpointId}?at=${two}&minPosition=${two}`)).body).toMatchObject({ alias: 'two', position: two });
    expect((await ask('/endpoints?at=2020-01-01T00:00:00Z')).body).toMatchObject({ items: [] });
    expect(await ask(`/endpoints/${agent.endpointId}?at=2020-01-01T00:00:00Z`)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect((await ask(`/endpoints/${agent.endpointId}/diff?from=${one}&to=${two}`)).body).toMatchObject({ changes: [{ field: 'alias', before: 'one', after: 'two' }] });
    await agent.close();
  });

  it.each([
    ['at=yesterday', 400, 'invalid-request'],
    ['at=2999-01-01T00:00:00Z', 400, 'invalid-request'],
    ['at=ffffffff:1', 409, 'position-unknown'],
  ])('is refused where it is none: %s', async (query, status, code) => {
    expect(await ask(`/endpoints?${query}`)).toMatchObject({ status, body: { code } });
  });
});
