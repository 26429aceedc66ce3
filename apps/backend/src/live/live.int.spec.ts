import { once } from 'node:events';
import { headers as headerNames, liveMessageSchema } from '@kanade/contracts';
import type { LiveMessage } from '@kanade/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { Person } from '../accounts/people.spec-kit.ts';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { FakeAgent } from '../fake-agent.spec-kit.ts';
import { LiveHub } from './live-hub.ts';
import { LiveServer } from './live-server.ts';
import { closeCodes } from './live-socket.ts';

let installation: TestInstallation;
let backend: TestBackend;
let agent: FakeAgent;
let other: FakeAgent;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
  agent = await FakeAgent.enrol(backend);
  agent.takeCommands();
  other = await FakeAgent.enrol(backend, 'other');
  await eventually(async () => ((await backend.call('GET', `/endpoints/${agent.endpointId}`)).body['status'] === 'online' ? true : undefined), 'the endpoint');
});
afterAll(async () => {
  await agent.close();
  await other.close();
  await installation.stop();
});

const urlOf = (path = '/api/v1/live') => `${backend.url.replace('http', 'ws')}${path}`;

/** The status a refused upgrade is answered with. */
function refusal(headers: Record<string, string>, path?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(urlOf(path), { headers });
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('open', () => reject(new Error('the connection was let in')));
    socket.on('error', () => undefined);
  });
}

async function connect(headers: Record<string, string>) {
  const socket = new WebSocket(urlOf(), { headers });
  const messages: LiveMessage[] = [];
  socket.on('message', (data: Buffer) => messages.push(liveMessageSchema.parse(JSON.parse(data.toString()))));
  await once(socket, 'open');
  const say = (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  const hear = <Type extends LiveMessage['type']>(type: Type, what: (message: LiveMessage & { type: Type }) => boolean = () => true) =>
    eventually(() => {
      const is = (message: LiveMessage): message is LiveMessage & { type: Type } => message.type === type;
      return messages.filter(is).find(what);
    }, `a message of type ${type}`);
  return { socket, messages, say, hear };
}

const withToken = async () => connect({ authorization: `Bearer ${await backend.token()}` });

describe('the live connection', () => {
  it('refuses strangers, other paths, and other sites’ pages', async () => {
    expect(await refusal({})).toBe(401);
    expect(await refusal({ authorization: 'Bearer kanade_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })).toBe(401);
    expect(await refusal({ authorization: `Bearer ${await backend.token()}` }, '/api/v1/other')).toBe(404);
    const signedIn = await backend.request('POST', '/api/v1/session', { username: 'admin', password: installation.password });
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(await refusal({ cookie })).toBe(403);
    expect(await refusal({ cookie, origin: 'http://evil.example' })).toBe(403);
    const { socket } = await connect({ cookie, origin: backend.url });
    socket.close();
  });

  it('ends with the session it was opened by', async () => {
    const signedIn = await backend.request('POST', '/api/v1/session', { username: 'admin', password: installation.password });
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? '';
    const { socket } = await connect({ cookie, origin: backend.url });
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    await backend.request('DELETE', '/api/v1/session', undefined, { cookie, origin: backend.url });
    await backend.app.get(LiveServer).recheck();
    expect(await closed).toBe(closeCodes.notSignedIn);
  });

  it('says what it does not understand, and goes on', async () => {
    const { socket, say, hear } = await withToken();
    say('{');
    expect(await hear('error')).toMatchObject({ id: null, code: 'invalid-request' });
    say({ type: 'subscribe', id: 'all', topic: { kind: 'changes' } });
    expect(await hear('subscribed')).toMatchObject({ id: 'all', position: expect.stringMatching(/^[0-9a-f]{8}:\d+$/) });
    socket.close();
  });

  it('says that another read model answers, to whoever watches anything', async () => {
    const [one, all] = [await withToken(), await withToken()];
    one.say({ type: 'subscribe', id: 'one', topic: { kind: 'endpoint', endpointId: agent.endpointId } });
    all.say({ type: 'subscribe', id: 'all', topic: { kind: 'changes' } });
    await Promise.all([one.hear('subscribed'), all.hear('subscribed')]);
    expect((await backend.call('POST', '/read-model/rebuilds')).status).toBe(202);
    await Promise.all([one.hear('rebuilt'), all.hear('rebuilt')]);
    for (const { socket } of [one, all]) socket.close();
  });

  it('tells of changes, of the runs of an execution, and of its output as it comes', async () => {
    const { socket, messages, say, hear } = await withToken();
    say({ type: 'subscribe', id: 'all', topic: { kind: 'changes' } });
    await hear('subscribed');
    const request = { targets: { kind: 'all' }, what: { kind: 'script', execute: { shell: 'sh', script: 'echo hello' } } };
    const executionId = z.string().parse((await backend.call('POST', '/executions', request)).body['executionId']);
    await hear('changed', ({ kind, id }) => kind === 'execution' && id === executionId);
    expect(messages.filter(({ type }) => type === 'output')).toEqual([]);
    say({ type: 'subscribe', id: 'one', topic: { kind: 'execution', executionId } });
    await hear('subscribed', ({ id }) => id === 'one');
    const command = await eventually(() => agent.commands.find((each) => each.executionId === executionId), 'the command');
    await agent.accept(command);
    await agent.start(command);
    await hear('run', ({ runId, state }) => runId === command.runId && state === 'started');
    // The other endpoint's own subject, with a run that is not its own.
    other.connection.publishLive(command.runId, 'stdout', { [headerNames.offset]: '0' }, Buffer.from('forged\n'));
    await other.renew(false);
    agent.connection.publishLive(command.runId, 'stdout', { [headerNames.offset]: '0' }, Buffer.from('hello\n'));
    expect(await hear('output')).toEqual({ type: 'output', runId: command.runId, executionId, stream: 'stdout', offset: 0, data: Buffer.from('hello\n').toString('base64') });
    expect(messages.filter(({ type }) => type === 'output')).toHaveLength(1);
    await agent.finish(command, 0);
    expect(await hear('run', ({ state }) => state === 'succeeded')).toMatchObject({ exitCode: 0, endpointId: agent.endpointId });
    socket.close();
  });

  it('tells somebody limited to a site of nothing else, as their roles are by then', async () => {
    const person = await Person.join(backend, 'local', 'viewer', ['tokyo']);
    await person.signIn();
    const { socket, messages, say, hear } = await connect({ cookie: person.cookie, origin: backend.url });
    const everybody = await withToken();
    const request = { targets: { kind: 'endpoints', ids: [agent.endpointId] }, what: { kind: 'script', execute: { shell: 'sh', script: 'echo hello' } } };
    const execution = async () => z.string().parse((await backend.call('POST', '/executions', request)).body['executionId']);
    const executionId = await execution();
    for (const each of [say, everybody.say]) {
      each({ type: 'subscribe', id: 'all', topic: { kind: 'changes' } });
      each({ type: 'subscribe', id: 'one', topic: { kind: 'execution', executionId } });
      each({ type: 'subscribe', id: 'two', topic: { kind: 'endpoint', endpointId: agent.endpointId } });
    }
    await hear('subscribed', ({ id }) => id === 'two');
    await everybody.hear('subscribed', ({ id }) => id === 'two');
    const command = await eventually(() => agent.commands.find((each) => each.executionId === executionId), 'the command');
    await agent.accept(command);
    agent.connection.publishLive(command.runId, 'stdout', { [headerNames.offset]: '0' }, Buffer.from('hello\n'));
    agent.beat();
    await agent.finish(command, 0);
    await backend.call('POST', '/accounts', { username: 'somebody-new', grants: [{ role: 'viewer', sites: 'all' }] });
    await everybody.hear('run', ({ state }) => state === 'succeeded');
    await everybody.hear('output');
    await everybody.hear('presence');
    await everybody.hear('changed', ({ kind }) => kind === 'account');
    // A job is everybody's: after it, whatever came before has been told.
    await backend.call('PUT', '/jobs/told', { version: '1.0.0', description: 'told', execute: { shell: 'sh', script: 'true' } });
    await hear('changed', ({ kind, id }) => kind === 'job' && id === 'told');
    expect(messages.filter(({ type }) => type !== 'subscribed')).toMatchObject([{ type: 'changed', kind: 'job' }]);

    await backend.call('PUT', '/accounts/local/grants', { grants: [{ role: 'viewer', sites: ['default'] }] });
    await eventually(async () => {
      await backend.app.get(LiveServer).recheck();
      agent.beat();
      return messages.find(({ type }) => type === 'presence');
    }, 'what the new role lets them see');
    const later = await execution();
    await hear('run', (message) => message.executionId === later);
    socket.close();
    everybody.socket.close();
  });

  it('drops a client that does not keep up, and says why', async () => {
    const { socket, say, hear } = await withToken();
    const request = { targets: { kind: 'all' }, what: { kind: 'script', execute: { shell: 'sh', script: 'yes' } } };
    const executionId = z.string().parse((await backend.call('POST', '/executions', request)).body['executionId']);
    const command = await eventually(() => agent.commands.find((each) => each.executionId === executionId), 'the command');
    say({ type: 'subscribe', id: 'one', topic: { kind: 'execution', executionId } });
    await hear('subscribed');
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.pause();
    for (let chunk = 0; chunk < 400; chunk += 1) {
      agent.connection.publishLive(command.runId, 'stdout', { [headerNames.offset]: String(chunk * 65_536) }, Buffer.alloc(65_536, 'y'));
    }
    await eventually(() => (backend.app.get(LiveHub).watching === 0 ? true : undefined), 'the slow client to be dropped');
    socket.resume();
    expect(await closed).toBe(closeCodes.tooSlow);
  });

  it('tells of the presence of an endpoint that is watched', async () => {
    const { socket, say, hear } = await withToken();
    say({ type: 'subscribe', id: 'one', topic: { kind: 'endpoint', endpointId: agent.endpointId } });
    await hear('subscribed');
    agent.beat();
    expect(await hear('presence')).toMatchObject({ endpointId: agent.endpointId, status: 'online' });
    socket.close();
  });
});
