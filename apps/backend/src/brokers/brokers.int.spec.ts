import { desiredStateSchema } from '@kanade/contracts';
import type { DesiredState } from '@kanade/contracts';
import { connectCore, openDesiredStates } from '@kanade/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { FakeAgent } from '../fake-agent.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
});
afterAll(() => installation.stop());

const urls = ['tls://new.example:4222'];

/** What lies in the place of the agent's desired state, once it is at least this new. */
function desiredOf(agent: FakeAgent, isIt: (state: DesiredState) => boolean): Promise<DesiredState> {
  return eventually(async () => {
    const message = await agent.connection.readDesired();
    const parsed = message && desiredStateSchema.safeParse(JSON.parse(Buffer.from(message.body).toString()));
    return parsed?.success === true && isIt(parsed.data) ? parsed.data : undefined;
  }, 'the desired state');
}

describe('a move to another broker address', () => {
  it('is refused where it would have endpoints talk in the open, or speaks of nobody', async () => {
    const open = await backend.call('POST', '/broker/moves', { urls: ['nats://new.example:4222'] });
    expect(open).toMatchObject({ status: 400, body: { code: 'invalid-request' } });
    expect(JSON.stringify(open.body)).toContain('tls://HOST:PORT');
    expect((await backend.call('POST', '/broker/moves', { urls, endpointId: 'nobody' })).status).toBe(404);
  });

  it('is put, signed, where each endpoint looks, those that come later too, and told as each answers', async () => {
    const agent = await FakeAgent.enrol(backend, 'mover');
    const ordered = await backend.call('POST', '/broker/moves', { urls });
    expect(ordered).toMatchObject({ status: 202, body: { urls } });
    const state = await desiredOf(agent, () => true);
    expect(state).toMatchObject({ endpointId: agent.endpointId, broker: { urls, ca: null, keepOld: true } });
    const list = async () => (await backend.call('GET', '/broker/moves')).body;
    expect(await list()).toMatchObject({ items: [{ endpointId: agent.endpointId, state: 'not-heard', urls, orderedBy: 'admin (test)', reason: null }], counts: { 'not-heard': 1, moved: 0 } });
    await agent.append('kanade.desired.failed.v1', { version: state.version, reason: { code: 'broker-unreachable', message: 'nobody there' } });
    await eventually(async () => (JSON.stringify(await list()).includes('"state":"trying"') ? true : undefined), 'that it tries');
    expect(await list()).toMatchObject({ items: [{ state: 'trying', reason: 'nobody there' }] });
    await agent.append('kanade.desired.applied.v1', { version: state.version, urls });
    await eventually(async () => (JSON.stringify(await list()).includes('"moved":1') ? true : undefined), 'that it has moved');
    expect(await list()).toMatchObject({ items: [{ state: 'moved', reason: null }] });

    const late = await FakeAgent.enrol(backend, 'late');
    expect(await desiredOf(late, () => true)).toMatchObject({ endpointId: late.endpointId, broker: { urls } });
    await Promise.all([agent.close(), late.close()]);
  });

  it('of one endpoint leaves the others, and is newer than the one before', async () => {
    const [one, other] = [await FakeAgent.enrol(backend, 'one'), await FakeAgent.enrol(backend, 'other')];
    const before = await desiredOf(one, () => true);
    const alone = ['wss://one.example:443'];
    await backend.call('POST', '/broker/moves', { urls: alone, endpointId: one.endpointId, keepOld: false });
    const after = await desiredOf(one, ({ broker }) => broker?.urls[0] === alone[0]);
    expect(after.version).toBeGreaterThan(before.version);
    expect((await desiredOf(other, () => true)).broker?.urls).toEqual(urls);
    await Promise.all([one.close(), other.close()]);
  });

  it('is put there anew, as a newer one, when somebody altered what lies there', async () => {
    const agent = await FakeAgent.enrol(backend, 'altered');
    const before = await desiredOf(agent, () => true);
    const core = await connectCore({ url: installation.broker.url, credsFile: installation.broker.adminCreds, name: 'intruder' });
    await openDesiredStates(core).put(agent.endpointId, { body: Buffer.from('{}'), headers: {} });
    await core.close();
    await backend.call('POST', '/broker/moves', { urls, endpointId: agent.endpointId });
    expect((await desiredOf(agent, () => true)).version).toBeGreaterThan(before.version);
    await agent.close();
  });
});
