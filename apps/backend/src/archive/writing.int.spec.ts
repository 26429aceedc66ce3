import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { subjects, systemStatusSchema } from '@kanade/contracts';
import { dropBeginning } from '@kanade/messaging/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { Answer, TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { Broker } from '../broker/broker.ts';
import { FakeAgent } from '../fake-agent.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;
const archive = mkdtempSync(join(tmpdir(), 'kanade-archive-'));

const job = (version: string) => ({ version, execute: { shell: 'sh', script: `echo ${version}` } });
const apply = (version: string) => backend.call('PUT', '/jobs/hello', job(version));
const run = (request: object, key: string) =>
  backend.call('POST', '/executions', { targets: { kind: 'all' }, what: { kind: 'job', jobId: 'hello' }, ...request }, { 'idempotency-key': key });
const log = () => backend.app.get(Broker).get().events;
const status = async () => systemStatusSchema.parse((await backend.call('GET', '/status')).body);
const archived = () => eventually(async () => {
  const wanted = `${log().incarnation}:${await log().lastSequence()}`;
  return (await status()).archive?.position === wanted ? true : undefined;
}, 'everything to be archived');

let first: Answer;
beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend({ KANADE_ARCHIVE_DIR: archive });
  const agent = await FakeAgent.enrol(backend);
  await eventually(async () => ((await backend.call('GET', `/endpoints/${agent.endpointId}`)).status === 200 ? true : undefined), 'the endpoint to be folded');
  await apply('1');
  first = await run({}, 'only-once');
  await backend.call('POST', `/executions/${z.string().parse(first.body['executionId'])}/cancel`, {});
  await apply('2');
  await archived();
  // Something new, so that all before it can go.
  await backend.call('PUT', '/jobs/other', job('1'));
  await archived();
  await dropBeginning(installation.broker, (await log().lastSequence()) - 1);
});
afterAll(async () => {
  await installation.stop();
  rmSync(archive, { recursive: true });
});

describe('when what they are about lies in the archive alone', () => {
  it('commands find the aggregates, and change them', async () => {
    expect(await log().firstSequence()).toBe(await log().lastSequence());
    expect(await apply('2')).toMatchObject({ status: 200 });
    expect(await log().firstSequence()).toBe(await log().lastSequence());
    expect(await apply('3')).toMatchObject({ status: 200 });
    const events = await log().readSubject(subjects.controlEvents('job', 'hello'));
    expect(events).toHaveLength(3);
  });

  it('a repeated key is answered with what it made, and refused for anything else', async () => {
    expect(await run({}, 'only-once')).toMatchObject({ status: 201, body: first.body });
    expect(await run({ supersede: true }, 'only-once')).toMatchObject({ status: 409, body: { code: 'idempotency-conflict' } });
  });

  it('one of two who write at the same time comes first, and the other is told', async () => {
    const subject = subjects.controlEvents('execution', z.string().parse(first.body['executionId']));
    const known = await log().readLast(subject);
    const append = (text: string, expectedLastSequence: number) => log().append([{ subject, body: Buffer.from(text), headers: {}, expectedLastSequence }]);
    const expected = known?.sequence ?? 0;
    expect(await append('an older one', expected - 1)).toMatchObject({ outcome: 'conflict', lastSequence: expected });
    const outcomes = await Promise.all(['one', 'another', 'a third'].map((text) => append(text, expected)));
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['conflict', 'conflict', 'stored']);
  });

  it('events are shown and exported as before', async () => {
    const { incarnation } = log();
    expect(await backend.call('GET', `/events/${incarnation}:1`)).toMatchObject({ status: 200, body: { position: `${incarnation}:1` } });
    const { body } = await backend.call('GET', '/events/export');
    const lines = z.string().parse(body['text']).trim().split('\n').map((line) => z.looseObject({ kind: z.string() }).parse(JSON.parse(line)));
    expect(lines.filter(({ kind }) => kind === 'event').map(({ position }) => position).slice(0, 3)).toEqual([1, 2, 3]);
  });

  it('a backend that starts finds all of it', async () => {
    await backend.stop();
    backend = await installation.backend({ KANADE_ARCHIVE_DIR: archive });
    expect(await apply('4')).toMatchObject({ status: 200 });
    expect(await log().readSubject(subjects.controlEvents('job', 'hello'))).toHaveLength(4);
    expect((await status()).checks.archive).toMatchObject({ status: 'ok' });
  });
});
