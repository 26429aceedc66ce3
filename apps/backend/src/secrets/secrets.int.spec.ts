import { randomBytes } from 'node:crypto';
import { connectCore, openIdentityStore, openSecret, streamReader } from '@kanade/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { Answer, TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { FakeAgent, makeKeys } from '../fake-agent.spec-kit.ts';
import { SecretKeeper } from './secret-keeper.ts';
import { Broker } from '../broker/broker.ts';

let installation: TestInstallation;
let backend: TestBackend;
let tokyo: FakeAgent;
let osaka: FakeAgent;
const keys = makeKeys();

const base64 = (value: string | Buffer) => Buffer.from(value).toString('base64');
const set = (name: string, value: string | Buffer, more: object = {}) => backend.call('PUT', `/secrets/${name}`, { value: base64(value), ...more });
const apply = (jobId: string, secrets: object[], version = '1') => backend.call('PUT', `/jobs/${jobId}`, { version, execute: { shell: 'sh', script: 'true' }, secrets });
const run = (jobId: string, ...ids: string[]) => backend.call('POST', '/executions', { targets: { kind: 'endpoints', ids }, what: { kind: 'job', jobId } });
const idOf = ({ body }: Answer) => z.string().parse(body['executionId']);
const list = async () => z.object({ items: z.array(z.looseObject({ name: z.string() })) }).parse((await backend.call('GET', '/secrets')).body).items;
const commandFor = (agent: FakeAgent, executionId: string) =>
  eventually(() => agent.commands.find((command) => command.type === 'kanade.command.run.v1' && command.executionId === executionId), 'the command');
const valueRecords = () => backend.app.get(Broker).get().identities.list('secret').then(({ records }) => records.map(({ key }) => key.split('.')[1]));

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
  for (const site of ['tokyo', 'osaka']) await backend.call('PUT', `/sites/${site}`);
  tokyo = await FakeAgent.enrol(backend, 'tokyo-1', { site: 'tokyo' }, keys);
  osaka = await FakeAgent.enrol(backend, 'osaka-1', { site: 'osaka' });
  for (const agent of [tokyo, osaka]) agent.takeCommands();
  await eventually(async () => ((await backend.call('GET', `/endpoints/${osaka.endpointId}`)).status === 200 ? true : undefined), 'the endpoints to be folded');
});
afterAll(async () => {
  await Promise.all([tokyo.close(), osaka.close()]);
  await installation.stop();
});

describe('setting a secret', () => {
  it.each([
    ['is no base64', { value: 'a' }],
    ['could not be masked', { value: base64('abc') }],
    ['could not be masked line by line', { value: base64('abc\ndef\r\nghi') }],
    ['is too large', { value: base64(Buffer.alloc(64 * 1024 + 1, 'x')) }],
    ['is for no site', { value: base64('long enough'), sites: [] }],
    ['is for a site there is not', { value: base64('long enough'), sites: ['nowhere'] }],
    ['is for a site that cannot be', { value: base64('long enough'), sites: ['Tokyo *'] }],
  ])('refuses what %s', async (_what, body) => {
    expect(await backend.call('PUT', '/secrets/refused', body)).toMatchObject({ status: 400, body: { code: 'invalid-request', errors: [{}] } });
  });

  it('shows who set which version for whom, and never the value', async () => {
    const value = randomBytes(24).toString('hex');
    expect(await set('shown', value, { sites: ['tokyo'] })).toMatchObject({ status: 200, body: { position: expect.any(String) } });
    await set('shown', `${value}-2`);
    await apply('uses-shown', [{ name: 'shown', as: 'env' }]);
    const shown = await eventually(async () => (await list()).find(({ name, version, jobs }) => name === 'shown' && version === 2 && String(jobs) !== ''), 'the secret');
    expect(shown).toMatchObject({ version: 2, sites: ['tokyo'], setBy: 'admin (test)', jobs: ['uses-shown'] });
    expect(await backend.call('GET', '/jobs/uses-shown')).toMatchObject({ body: { secrets: [{ name: 'shown', as: 'env', variable: 'SHOWN' }] } });
    const events = JSON.stringify((await backend.call('GET', '/events?type=kanade.secret.set.v1')).body);
    expect(events + JSON.stringify(shown) + backend.logged.join('')).not.toContain(value);
  });

  it('keeps one value of it, encrypted, in the broker', async () => {
    expect(await valueRecords()).toEqual(['shown']);
    const core = await connectCore({ url: installation.broker.url, credsFile: installation.broker.adminCreds, name: 'test' });
    const end = new AbortController();
    const value = 'not to be found anywhere';
    await set('hidden', value);
    for (const stream of ['KV_kanade_identity', 'KANADE_EVENTS', 'KANADE_PRIVATE']) {
      for await (const batch of streamReader(core, { stream, fromSequence: 1, signal: end.signal, contiguous: false })) {
        const text = batch.map(({ body }) => Buffer.from(body).toString('latin1')).join('\n');
        for (const form of [value, base64(value), Buffer.from(value).toString('base64url'), Buffer.from(value).toString('hex')]) expect(text).not.toContain(form);
        break;
      }
    }
    end.abort();
    await core.close();
  });
});

describe('a job with secrets', () => {
  it('is not run while one of them is not there, cannot be put where it is wanted, or was altered', async () => {
    await apply('needs-missing', [{ name: 'missing', as: 'env' }]);
    expect(await run('needs-missing', tokyo.endpointId)).toMatchObject({ status: 422, body: { code: 'secret-unusable', detail: expect.stringContaining('kanade secret set missing') } });
    await set('binary', Buffer.from([1, 2, 3, 0, 255, 254]));
    await apply('binary-env', [{ name: 'binary', as: 'env' }]);
    expect(await run('binary-env', tokyo.endpointId)).toMatchObject({ status: 422, body: { detail: expect.stringContaining('as: file') } });
    await set('altered', 'as it was set');
    await apply('needs-altered', [{ name: 'altered', as: 'env' }]);
    const { broker } = installation;
    const core = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'test' });
    const key = (await backend.app.get(Broker).get().identities.list('secret.altered')).records[0]?.key ?? '';
    const forged = openIdentityStore(core, randomBytes(32));
    await forged.delete(key);
    await forged.create(key, { forged: true });
    await core.close();
    expect(await run('needs-altered', tokyo.endpointId)).toMatchObject({ status: 422, body: { detail: expect.stringContaining('altered in the broker') } });
  });

  it('is refused where its secrets clash, with the place', async () => {
    const answer = await backend.call('PUT', '/jobs/clash', { version: '1', execute: { shell: 'sh', script: 'true', env: { DB: 'x' } }, secrets: [{ name: 'db', as: 'env' }] });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'secrets.0', message: expect.stringContaining('env sets DB too') }] } });
  });

  it('is no script that somebody makes up on the way', async () => {
    const script = { kind: 'script', execute: { shell: 'sh', script: 'true' }, secrets: [{ name: 'shown', as: 'env' }] };
    expect(await backend.call('POST', '/executions', { targets: { kind: 'all' }, what: script })).toMatchObject({ status: 400, body: { errors: [{ path: 'what.secrets' }] } });
  });

  it('gets each value sealed to the endpoint it runs on, and no other endpoint any', async () => {
    const value = Buffer.concat([Buffer.from('täglich\n'), randomBytes(40)]);
    await set('for-tokyo', value, { sites: ['tokyo'] });
    await apply('deploy', [{ name: 'for-tokyo', as: 'file', variable: 'KEY' }]);
    const executionId = idOf(await run('deploy', tokyo.endpointId, osaka.endpointId));
    const command = await commandFor(tokyo, executionId);
    if (command.type !== 'kanade.command.run.v1') throw new Error('no run');
    const [secret] = command.secrets ?? [];
    expect(secret).toMatchObject({ name: 'for-tokyo', as: 'file', variable: 'KEY', withheld: null });
    expect(openSecret(keys.sealing.privateKey, { runId: command.runId, endpointId: tokyo.endpointId, name: 'for-tokyo' }, secret?.sealed ?? '')).toEqual(value);
    expect(await commandFor(osaka, executionId)).toMatchObject({ secrets: [{ sealed: null, withheld: { code: 'secret-other-site', message: expect.stringContaining('osaka') } }] });
  });

  it('tells an endpoint with a key nobody can seal to so, and serves the others', async () => {
    await set('plain', 'for everybody');
    await apply('plain', [{ name: 'plain', as: 'env' }]);
    const weak = await FakeAgent.enrol(backend, 'weak', {}, { ...makeKeys(), sealing: { ...keys.sealing, publicKey: Buffer.alloc(32).toString('base64url') } });
    weak.takeCommands();
    await eventually(async () => ((await backend.call('GET', `/endpoints/${weak.endpointId}`)).status === 200 ? true : undefined), 'the endpoint');
    const executionId = idOf(await run('plain', weak.endpointId, tokyo.endpointId));
    expect(await commandFor(weak, executionId)).toMatchObject({ secrets: [{ withheld: { code: 'secret-unsealable' } }] });
    expect(await commandFor(tokyo, executionId)).toMatchObject({ secrets: [{ withheld: null }] });
    await weak.close();
  });
});

describe('deleting a secret', () => {
  it('purges its value at once, and what a crash left later', async () => {
    await set('gone', 'value of gone');
    expect(await valueRecords()).toContain('gone');
    expect((await backend.call('DELETE', '/secrets/gone')).status).toBe(200);
    expect(await valueRecords()).not.toContain('gone');
    await eventually(async () => ((await list()).some(({ name }) => name === 'gone') ? undefined : true), 'the secret to be gone from the list');
    expect(await backend.call('DELETE', '/secrets/never-was')).toMatchObject({ status: 404, body: { code: 'not-found' } });
    const { identities } = backend.app.get(Broker).get();
    const orphan = { name: 'gone', version: 9, valueId: 'orphan', sealed: 'AAAA', text: true };
    await identities.create('secret.gone.orphan', { ...orphan, writtenAt: new Date(backend.clock.now() - 3_600_000).toISOString() });
    await identities.create('secret.gone.under-way', { ...orphan, valueId: 'under-way', writtenAt: backend.clock.iso() });
    await backend.app.get(SecretKeeper).purge();
    expect((await identities.list('secret.gone')).records.map(({ key }) => key)).toEqual(['secret.gone.under-way']);
    expect(await valueRecords()).toContain('shown');
  });
});
