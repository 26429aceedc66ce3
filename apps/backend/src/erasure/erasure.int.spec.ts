import { headers } from '@kanade/contracts';
import { connectCore, openOutputStore, sha256Hex, streamUsage } from '@kanade/messaging';
import type { CoreConnection } from '@kanade/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { Answer, TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { FakeAgent } from '../fake-agent.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;
let agent: FakeAgent;
let core: CoreConnection;

const idOf = ({ body }: Answer) => z.string().parse(body['executionId']);
const runOf = async (runId: string) => (await backend.call('GET', `/runs/${runId}`)).body;
const detailOf = (url: string) => backend.call('GET', url).then(({ body }) => body);

async function print(runId: string, chunk: number, text: string, by = agent): Promise<void> {
  const body = Buffer.from(text);
  await by.connection.publishOutput({ runId, stream: 'stdout', chunk, body, headers: { [headers.offset]: String(chunk * 100), [headers.salt]: '0'.repeat(32) } });
}

/** A run that printed something personal and ended, or ended with more to come. */
async function ranOn(by: FakeAgent, { chunks = 1 } = {}) {
  const asked = await backend.call('POST', '/executions', { targets: { kind: 'endpoints', ids: [by.endpointId] }, what: { kind: 'script', execute: { shell: 'sh', script: 'echo a personal script' } } });
  const executionId = idOf(asked);
  const command = await eventually(() => by.commands.find((each) => each.executionId === executionId), 'the command');
  await by.accept(command);
  await print(command.runId, 0, 'something personal', by);
  const at = new Date().toISOString();
  const summary = (bytes: number, count: number) => ({ bytes, chunks: count, digest: sha256Hex('x') });
  await by.append('kanade.run.finished.v1', {
    runId: command.runId, executionId, state: 'succeeded', exitCode: 0, signal: null, reason: null, startedAt: at, finishedAt: at, durationMs: 5,
    output: { stdout: summary(18 * chunks, chunks), stderr: summary(0, 0) },
  });
  return { executionId, runId: command.runId };
}

async function stored(endpointId: string, runId: string): Promise<number> {
  const sequences: number[] = [];
  for await (const { sequence } of openOutputStore(core).read(endpointId, runId, 'stdout')) sequences.push(sequence);
  return sequences.length;
}

const samples = async () => (await streamUsage(core)).find(({ name }) => name === 'KANADE_METRICS')?.messages;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
  const { broker } = installation;
  core = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'test' });
  agent = await FakeAgent.enrol(backend, 'taros-laptop');
  agent.takeCommands();
  await eventually(async () => ((await backend.call('GET', `/endpoints/${agent.endpointId}`)).status === 200 ? true : undefined), 'the endpoint to be folded');
});
afterAll(async () => {
  await agent.close();
  await core.close();
  await installation.stop();
});

describe('erasing output', () => {
  it('wants a reason, and runs that are', async () => {
    const { executionId } = await ranOn(agent);
    const erase = (body: object) => backend.call('POST', `/executions/${executionId}/erase-output`, body);
    expect(await erase({})).toMatchObject({ status: 400, body: { errors: [{ path: 'reason' }] } });
    expect(await erase({ reason: '  ' })).toMatchObject({ status: 400 });
    expect(await erase({ reason: 'x', runIds: ['nobody'] })).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await backend.call('POST', '/executions/nobody/erase-output', { reason: 'x' })).toMatchObject({ status: 404 });
  });

  it('takes it out of the stream and the tables, and leaves who and why', async () => {
    const { executionId, runId } = await ranOn(agent);
    await eventually(async () => ((await runOf(runId))['stdout'] === 'something personal' ? true : undefined), 'the output');
    expect(await backend.call('POST', `/executions/${executionId}/erase-output`, { runIds: [runId], reason: 'asked for' })).toMatchObject({ status: 202 });
    await eventually(async () => ((await runOf(runId))['outputState'] === 'erased' ? true : undefined), 'the output to be gone from the tables');
    await eventually(async () => ((await stored(agent.endpointId, runId)) === 0 ? true : undefined), 'the output to be gone from the stream');
    expect(await runOf(runId)).toMatchObject({ state: 'succeeded', stdout: '', stdoutBytes: 18 });
    expect(await backend.call('GET', `/runs/${runId}/output/stdout`)).toMatchObject({ status: 410, body: { code: 'output-erased' } });
    expect(await detailOf(`/executions/${executionId}`)).toMatchObject({ execute: { script: 'echo a personal script' } });
    const { items } = z.object({ items: z.array(z.object({ position: z.string(), principal: z.string() })) }).parse(await detailOf('/events?type=kanade.execution.output-erased.v1'));
    expect(items[0]?.principal).toContain('admin');
    expect(z.string().parse((await detailOf(`/events/${items[0]?.position ?? ''}`))['body'])).toContain('asked for');
  });

  it('of a whole execution takes the script too', async () => {
    const { executionId, runId } = await ranOn(agent);
    await backend.call('POST', `/executions/${executionId}/erase-output`, { reason: 'asked for' });
    await eventually(async () => ((await detailOf(`/executions/${executionId}`))['execute'] === null ? true : undefined), 'the script to be gone');
    await eventually(async () => ((await stored(agent.endpointId, runId)) === 0 ? true : undefined), 'the output to be gone from the stream');
  });

  it('takes what comes late, and does not hold the run’s end back for it', async () => {
    const { executionId, runId } = await ranOn(agent, { chunks: 2 });
    await backend.call('POST', `/executions/${executionId}/erase-output`, { runIds: [runId], reason: 'asked for' });
    await eventually(async () => ((await runOf(runId))['state'] === 'succeeded' ? true : undefined), 'the run to have ended');
    await eventually(async () => ((await stored(agent.endpointId, runId)) === 0 ? true : undefined), 'the output to be gone');
    await print(runId, 1, 'something late');
    await eventually(async () => ((await stored(agent.endpointId, runId)) === 0 ? true : undefined), 'the late output to be gone');
    expect(await runOf(runId)).toMatchObject({ stdout: '', outputState: 'erased' });
  });

  it('is done though the backend died between the word and the deed', async () => {
    const { executionId, runId } = await ranOn(agent);
    await eventually(async () => ((await runOf(runId))['stdout'] === 'something personal' ? true : undefined), 'the output');
    await backend.call('POST', `/executions/${executionId}/erase-output`, { runIds: [runId], reason: 'asked for' });
    await eventually(async () => ((await stored(agent.endpointId, runId)) === 0 ? true : undefined), 'the output to be gone');
    await backend.stop();
    // As a crash would have left it: the event is there, the output too.
    await print(runId, 7, 'left behind');
    backend = await installation.backend();
    await eventually(async () => ((await stored(agent.endpointId, runId)) === 0 ? true : undefined), 'what was left behind to be gone');
  });
});

describe('erasing an endpoint', () => {
  it('is for those that have left, and leaves nothing of theirs that can be erased', async () => {
    const { endpointId } = agent;
    const { runId } = await ranOn(agent);
    await backend.call('PUT', `/endpoints/${endpointId}/alias`, { alias: 'Taro at the front desk' });
    agent.connection.publishSample(Buffer.from(JSON.stringify({
      at: new Date().toISOString(), cpu: 0.5, memoryUsedBytes: 1, memoryTotalBytes: 2, diskReadBytesPerSecond: null, diskWriteBytesPerSecond: null,
      networkReceivedBytesPerSecond: 3, networkSentBytesPerSecond: 4, agentMemoryBytes: 5,
    })));
    await eventually(async () => ((await samples()) === 1 ? true : undefined), 'the sample');
    const erase = () => backend.call('POST', `/endpoints/${endpointId}/erase`, { reason: 'left the company' });
    expect(await erase()).toMatchObject({ status: 409, body: { code: 'endpoint-not-retired', detail: expect.stringContaining(`kanade endpoint retire ${endpointId}`) } });
    await backend.call('POST', `/endpoints/${endpointId}/retire`);
    expect(await erase()).toMatchObject({ status: 202 });
    const shown = await eventually(async () => {
      const body = await detailOf(`/endpoints/${endpointId}`);
      return body['erasedAt'] === null ? undefined : body;
    }, 'the endpoint to be erased');
    expect(JSON.stringify(shown)).not.toMatch(/taro|Debian/i);
    await eventually(async () => ((await stored(endpointId, runId)) === 0 ? true : undefined), 'the output to be gone');
    await eventually(async () => ((await samples()) === 0 ? true : undefined), 'the sample to be gone');
    const { items } = z.object({ items: z.array(z.object({ position: z.string(), type: z.string() })) }).parse(await detailOf(`/events?endpointId=${endpointId}&order=asc&limit=100`));
    const first = await detailOf(`/events/${items.find(({ type }) => type === 'kanade.endpoint.enrolled.v1')?.position ?? ''}`);
    expect(first).toMatchObject({ erased: true, body: '' });
    const last = await detailOf(`/events/${items.find(({ type }) => type === 'kanade.endpoint.erased.v1')?.position ?? ''}`);
    expect(last).toMatchObject({ erased: false, body: expect.stringContaining('left the company') });
  });
});
