import { join } from 'node:path';
import { connectSystem, loadBrokerKeys, pushRevocations, readRevokedNkeys } from '@kanade/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { askToEnrol, FakeAgent, makeKeys, makeToken } from '../fake-agent.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
});
afterAll(() => installation.stop());

/** Resolves with how long it took, in ms, until the broker closed the agent's connection. */
function cutOff(agent: FakeAgent): Promise<number> {
  const from = Date.now();
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('it is still connected after 5 s')), 5000);
    agent.connection.onDisconnect(() => {
      clearTimeout(late);
      resolve(Date.now() - from);
    });
  });
}

const endpoint = async (id: string) => (await backend.call('GET', `/endpoints/${id}`)).body;
const run = (ids: readonly string[]) =>
  backend.call('POST', '/executions', { what: { kind: 'script', execute: { shell: 'sh', script: 'id' } }, targets: { kind: 'endpoints', ids } });
const runsOf = async (executionId: unknown) => z.array(z.looseObject({ state: z.string(), endpointId: z.string() })).parse((await backend.call('GET', `/runs?executionId=${String(executionId)}`)).body['items']);

describe('a revoked endpoint', () => {
  it('is cut off within five seconds though connected, and comes back with nothing it has', async () => {
    const agent = await FakeAgent.enrol(backend, 'thief');
    await eventually(async () => ((await endpoint(agent.endpointId))['status'] === 'online' ? true : undefined), 'it to be online');
    const cut = cutOff(agent);
    const answer = await backend.call('POST', `/endpoints/${agent.endpointId}/revoke`, { reason: 'stolen' });
    expect(answer).toMatchObject({ status: 202, body: { position: expect.any(String) } });
    expect(await cut).toBeLessThan(5000);
    await expect(agent.renew(true)).rejects.toThrow();
    await eventually(() => (agent.connection.lastFailure?.code === 'denied' ? true : undefined), 'the broker to turn it away');
    const shown = await backend.call('GET', `/endpoints/${agent.endpointId}?minPosition=${String(answer.body['position'])}`);
    expect(shown.body).toMatchObject({ standing: 'revoked', standingReason: 'stolen', status: 'offline' });
    await agent.close();
  });

  it('is refused by its own keys when it enrols again, and revoked twice is revoked once', async () => {
    const keys = makeKeys();
    const agent = await FakeAgent.enrol(backend, 'again', {}, keys);
    const first = await backend.call('POST', `/endpoints/${agent.endpointId}/revoke`, {});
    expect((await backend.call('POST', `/endpoints/${agent.endpointId}/revoke`, { reason: 'twice' })).body).toEqual(first.body);
    expect(await askToEnrol(await makeToken(backend), keys)).toMatchObject({ error: { code: 'endpoint-revoked', retryable: false } });
    expect(await backend.call('POST', `/endpoints/${agent.endpointId}/approve`)).toMatchObject({ status: 409, body: { code: 'endpoint-revoked' } });
    expect(await backend.call('POST', '/endpoints/nobody/revoke', {})).toMatchObject({ status: 404 });
    await agent.close();
  });

  it('leaves no run waiting and no command queued, and gets no new one', async () => {
    const [idle, busy] = [await FakeAgent.enrol(backend, 'idle'), await FakeAgent.enrol(backend, 'busy')];
    busy.takeCommands();
    const execution = await run([idle.endpointId, busy.endpointId]);
    const command = await eventually(() => busy.commands[0], 'the command');
    await busy.accept(command);
    await eventually(async () => ((await runsOf(execution.body['executionId'])).some(({ state }) => state === 'accepted') ? true : undefined), 'its acceptance');
    for (const { endpointId } of [idle, busy]) await backend.call('POST', `/endpoints/${endpointId}/revoke`, {});
    const ended = await eventually(async () => {
      const runs = await runsOf(execution.body['executionId']);
      return runs.every(({ state }) => state === 'cancelled' || state === 'lost') ? runs : undefined;
    }, 'both runs to end');
    expect(new Map(ended.map(({ endpointId, state }) => [endpointId, state]))).toEqual(new Map([[idle.endpointId, 'cancelled'], [busy.endpointId, 'lost']]));
    expect(await run([idle.endpointId])).toMatchObject({ status: 422, body: { code: 'no-targets', detail: expect.stringContaining('was revoked') } });
    await Promise.all([idle.close(), busy.close()]);
  });

  it('is cut off by the next backend when this one died before it told the broker', async () => {
    const keys = makeKeys();
    const agent = await FakeAgent.enrol(backend, 'forgotten', {}, keys);
    await backend.call('POST', `/endpoints/${agent.endpointId}/revoke`, {});
    const system = await connectSystem({ url: installation.broker.url, credsFile: installation.broker.sysCreds, name: 'test' });
    await eventually(async () => ((await readRevokedNkeys(system)).has(keys.nkey.publicKey) ? true : undefined), 'the revocation');
    await agent.close();
    await backend.stop();
    // What a crash before the push leaves: the event, and a broker that knows nothing of it.
    const known = await readRevokedNkeys(system);
    await pushRevocations(system, loadBrokerKeys(join(installation.broker.dataDir, 'keys')).operator, { revoked: new Map(), outlived: known });
    expect(await readRevokedNkeys(system)).toEqual(new Set());
    backend = await installation.backend();
    await eventually(async () => ((await readRevokedNkeys(system)).size === known.size ? true : undefined), 'the next backend to revoke them');
    expect(await readRevokedNkeys(system)).toEqual(known);
    await system.close();
  });
});

describe('a retired endpoint', () => {
  it('is cut off as well, is no longer listed, and is no target of all', async () => {
    const [gone, stays] = [await FakeAgent.enrol(backend, 'old-laptop'), await FakeAgent.enrol(backend, 'new-laptop')];
    const cut = cutOff(gone);
    const { body } = await backend.call('POST', `/endpoints/${gone.endpointId}/retire`);
    expect(await cut).toBeLessThan(5000);
    const list = async (query: string) => {
      const page = (await backend.call('GET', `/endpoints?limit=500&minPosition=${String(body['position'])}${query}`)).body['items'];
      return z.array(z.looseObject({ id: z.string() })).parse(page).map(({ id }) => id);
    };
    expect(await list('')).not.toContain(gone.endpointId);
    expect(await list('')).toContain(stays.endpointId);
    expect(await list('&standing=retired')).toEqual([gone.endpointId]);
    expect(await list('&standing=all')).toContain(gone.endpointId);
    const execution = await backend.call('POST', '/executions', { what: { kind: 'script', execute: { shell: 'sh', script: 'id' } }, targets: { kind: 'all' } });
    await eventually(async () => ((await runsOf(execution.body['executionId'])).length > 0 ? true : undefined), 'the runs');
    expect((await runsOf(execution.body['executionId'])).map(({ endpointId }) => endpointId)).toEqual([stays.endpointId]);
    expect(await backend.call('POST', `/endpoints/${gone.endpointId}/revoke`, {})).toMatchObject({ status: 409, body: { code: 'endpoint-retired' } });
    await Promise.all([gone.close(), stays.close()]);
  });
});
