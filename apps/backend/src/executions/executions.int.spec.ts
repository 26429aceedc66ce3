import { createSigningKey } from '@kanade/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { Answer, TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { FakeAgent } from '../fake-agent.spec-kit.ts';
import { FoldClient } from '../projections/fold-client.ts';

let installation: TestInstallation;
let backend: TestBackend;
let agent: FakeAgent;

const execute = { shell: 'sh', script: 'echo hello' };
const on = (...ids: string[]) => ({ kind: 'endpoints', ids });
const script = { kind: 'script', execute };
const run = (request: object, headers: Record<string, string> = {}) => backend.call('POST', '/executions', { targets: { kind: 'all' }, what: script, ...request }, headers);
const idOf = ({ body }: Answer) => z.string().parse(body['executionId']);
const runsOf = async (executionId: string) => z.object({ items: z.array(z.looseObject({ runId: z.string(), state: z.string() })) }).parse((await backend.call('GET', `/executions/${executionId}/results`)).body).items;
const stateOf = async (executionId: string) => (await runsOf(executionId)).map(({ state }) => state);
const reaches = (executionId: string, state: string) =>
  eventually(async () => ((await stateOf(executionId)).every((each) => each === state) && (await stateOf(executionId)).length > 0 ? true : undefined), `the runs to be ${state}`);
const commandOf = (executionId: string, type = 'kanade.command.run.v1') =>
  eventually(() => agent.commands.find((command) => command.executionId === executionId && command.type === type), `a ${type} of ${executionId}`);

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
});
afterAll(() => installation.stop());

describe('before there is an endpoint', () => {
  it('refuses to run on nothing', async () => {
    expect(await run({})).toMatchObject({ status: 422, body: { code: 'no-targets' } });
  });
});

describe('requesting', () => {
  beforeAll(async () => {
    agent = await FakeAgent.enrol(backend);
    await eventually(async () => ((await backend.call('GET', `/endpoints/${agent.endpointId}`)).status === 200 ? true : undefined), 'the endpoint to be folded');
  });

  it('names every target it does not know', async () => {
    const answer = await run({ targets: on(agent.endpointId, 'nobody', 'no-one') });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not-found', errors: [{ path: 'targets.ids.1' }, { path: 'targets.ids.2' }] } });
  });

  it('names what it does not understand', async () => {
    const wrong = await run({ what: { kind: 'script', execute: { ...execute, timout: '5s' } } });
    expect(wrong).toMatchObject({ status: 400, headers: expect.anything(), body: { errors: [{ path: 'what.execute.timout' }] } });
    expect(wrong.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await backend.call('POST', '/executions', '{"targets":')).toMatchObject({ status: 400, body: { code: 'invalid-request', detail: expect.stringContaining('not valid JSON') } });
    expect(await run({ what: { kind: 'job', jobId: 'no-such-job' } })).toMatchObject({ status: 404, body: { errors: [{ path: 'what.jobId' }] } });
    expect(await run({ expiresIn: '90d' })).toMatchObject({ status: 400, body: { errors: [{ path: 'expiresIn' }] } });
  });

  it('refuses a script no command can carry, and a body nobody should send', async () => {
    const large = { kind: 'script', execute: { ...execute, script: 'x'.repeat(300_000) } };
    expect(await run({ what: large })).toMatchObject({ status: 400, body: { errors: [{ path: 'what.execute.script' }] } });
    expect(await run({ what: { kind: 'script', execute: { ...execute, script: 'x'.repeat(3_000_000) } } })).toMatchObject({ status: 413, body: { code: 'too-large' } });
  });

  it('answers the same key with the same execution, and refuses it for another', async () => {
    const key = { 'idempotency-key': 'only-once' };
    const [one, two] = await Promise.all([run({}, key), run({}, key)]);
    expect(two).toMatchObject({ status: 201, body: one.body });
    expect((await run({}, key)).body).toEqual(one.body);
    for (const other of [{ supersede: true }, { expiresIn: '1h' }, { targets: on(agent.endpointId) }, { what: { kind: 'script', execute: { ...execute, script: 'rm -rf x' } } }]) {
      expect(await run(other, key)).toMatchObject({ status: 409, body: { code: 'idempotency-conflict' } });
    }
    await backend.call('POST', `/executions/${idOf(one)}/cancel`, {});
  });

  it('means every endpoint there is, also while the read model has yet to learn of some', async () => {
    await backend.app.get(FoldClient).crash();
    await FakeAgent.enrol(backend);
    const answer = await run({});
    expect(answer).toMatchObject({ status: 201, body: { targetCount: 2 } });
    await backend.call('POST', `/executions/${idOf(answer)}/cancel`, {});
  });
});

describe('a run', () => {
  beforeAll(() => agent.takeCommands());

  it('goes from its request to its result', async () => {
    const executionId = idOf(await run({ targets: on(agent.endpointId) }));
    const command = await commandOf(executionId);
    expect(command).toMatchObject({ recipient: agent.endpointId, content: { script: 'echo hello' }, execute: { shell: 'sh' } });
    await agent.accept(command);
    await agent.start(command);
    await reaches(executionId, 'started');
    await agent.finish(command, 0);
    await reaches(executionId, 'succeeded');
    expect((await backend.call('POST', `/executions/${executionId}/cancel`, {})).body).toMatchObject({ code: 'execution-ended' });
  });

  it('is cancelled by its agent once that has taken it', async () => {
    const executionId = idOf(await run({ targets: on(agent.endpointId) }));
    await agent.accept(await commandOf(executionId));
    await reaches(executionId, 'accepted');
    expect(await backend.call('POST', `/executions/${executionId}/cancel`, {})).toMatchObject({ status: 202, body: { position: expect.any(String) } });
    await commandOf(executionId, 'kanade.command.cancel.v1');
    expect(await stateOf(executionId)).toEqual(['accepted']);
  });

  it('is withdrawn while nobody has taken it, and told to its agent all the same', async () => {
    const away = await FakeAgent.enrol(backend);
    const executionId = idOf(await run({ targets: on(away.endpointId) }));
    await backend.call('POST', `/executions/${executionId}/cancel`, {});
    await reaches(executionId, 'cancelled');
    expect((await backend.call('GET', `/executions/${executionId}`)).body).toMatchObject({ state: 'cancelled' });
    await away.close();
  });

  it('of which nothing is known is not found', async () => {
    expect(await backend.call('POST', '/executions/nothing/cancel', {})).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  it('of an older execution gives way to one that supersedes it', async () => {
    const away = await FakeAgent.enrol(backend);
    await backend.call('PUT', '/jobs/often', { version: '1', execute });
    const request = { targets: on(away.endpointId), what: { kind: 'job', jobId: 'often' } };
    const older = idOf(await run(request));
    await reaches(older, 'queued');
    const newer = idOf(await run({ ...request, supersede: true }));
    await reaches(older, 'cancelled');
    expect(await stateOf(newer)).toEqual(['queued']);
    await away.close();
  });

  it('expires while it waits, and is lost when its endpoint falls silent', async () => {
    const away = await FakeAgent.enrol(backend);
    const waiting = idOf(await run({ targets: on(away.endpointId), expiresIn: '1h' }));
    const taken = idOf(await run({ targets: on(agent.endpointId), expiresIn: '1h' }));
    const command = await commandOf(taken);
    await agent.accept(command);
    await agent.start(command);
    await reaches(taken, 'started');
    await reaches(waiting, 'queued');
    backend.clock.advance(2 * 3_600_000);
    await reaches(waiting, 'expired');
    await reaches(taken, 'lost');
    await agent.finish(command, 0);
    await reaches(taken, 'succeeded');
    await away.close();
  });
});

describe('an endpoint that cannot be relied on', () => {
  it('is asked about a run its beats do not name, and the run is lost when it never saw it', async () => {
    const forgetful = await FakeAgent.enrol(backend);
    forgetful.takeCommands();
    forgetful.denyRuns();
    const executionId = idOf(await run({ targets: on(forgetful.endpointId) }));
    await forgetful.accept(await eventually(() => forgetful.commands[0], 'the command'));
    await reaches(executionId, 'accepted');
    for (let beat = 0; beat < 3; beat += 1) forgetful.beat();
    await reaches(executionId, 'lost');
    await forgetful.close();
  });

  it('is put into quarantine when nobody vouches for its event, and gets no command any more', async () => {
    const forged = await FakeAgent.enrol(backend);
    forged.takeCommands();
    await forged.append('kanade.command.refused.v1', { commandSequence: 1, reason: { code: 'replayed', message: 'x' } }, createSigningKey());
    const detail = async () => (await backend.call('GET', `/endpoints/${forged.endpointId}`)).body;
    await eventually(async () => ((await detail())['quarantined'] === true ? true : undefined), 'the quarantine');
    expect(await run({ targets: on(forged.endpointId) })).toMatchObject({ status: 422, body: { code: 'no-targets', errors: [{ path: 'targets.ids.0' }] } });
    await forged.close();
  });
});

describe('after a restart', () => {
  it('sends no command twice', async () => {
    const away = await FakeAgent.enrol(backend);
    const executionId = idOf(await run({ targets: on(away.endpointId) }));
    const dispatched = async () => (await backend.call('GET', `/events?executionId=${executionId}&type=kanade.execution.dispatched.v1`)).body;
    const events = z.object({ items: z.array(z.unknown()) });
    await eventually(async () => (events.parse(await dispatched()).items.length === 1 ? true : undefined), 'the dispatch to be folded');
    await backend.stop();
    backend = await installation.backend();
    const later = idOf(await run({ targets: on(away.endpointId) }));
    away.takeCommands();
    await eventually(() => away.commands.find((command) => command.executionId === later), 'the later command');
    expect(away.commands.map((command) => command.executionId)).toEqual([executionId, later]);
    expect(events.parse(await dispatched()).items).toHaveLength(1);
    await away.close();
    await agent.close();
  });
});
