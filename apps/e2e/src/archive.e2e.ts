import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configureApi, createExecution } from '@kanade/api-client';
import { subjects } from '@kanade/contracts';
import { connectCore, openEventLog } from '@kanade/messaging';
import type { CoreConnection, EventLog } from '@kanade/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpointListSchema, eventListSchema, executionListSchema, resultSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { until } from './until.ts';

const archiveSchema = z.object({
  incarnation: z.string(),
  ranges: z.array(z.object({ first: z.number(), last: z.number() })),
  stream: z.object({ first: z.number(), last: z.number() }).nullable(),
  seals: z.array(z.object({ size: z.number() })),
});
const sealedSchema = z.object({ seal: z.object({ size: z.number() }) });
const droppedSchema = z.object({ dropped: z.number(), first: z.number() });
const statusSchema = z.object({ number: z.number(), rebuild: z.unknown(), poison: z.object({ count: z.number() }) });
const verifySchema = z.object({ ok: z.boolean(), defects: z.array(z.unknown()) });

let kanade: Installation;
let core: CoreConnection;
let log: EventLog;
/** The endpoint that is away for long, and the one that is not. */
let silent: string;
let local: string;

const manifest = (version: string) => {
  const file = join(kanade.dataDir, '..', 'greet.yaml');
  writeFileSync(file, `id: greet\nversion: ${version}\ndescription: greets\nexecute:\n  shell: sh\n  timeout: 30s\n  script: echo greeted by ${version}\n`);
  return file;
};
const key = crypto.randomUUID();
/** The same request each time, with the same key. */
const ask = () =>
  createExecution(
    { targets: { kind: 'endpoints', ids: [local] }, what: { kind: 'job', jobId: 'greet' }, expiresIn: '1h', supersede: false },
    { headers: { 'Idempotency-Key': key } },
  );
const archive = () => kanade.json(archiveSchema, 'event', 'archive', 'list');
const archivedThrough = (sequence: number) => until('the archive to have everything', async () => ((await archive()).ranges.at(-1)?.last ?? 0) >= sequence || undefined);
const answers = async () => ({
  executions: (await kanade.json(executionListSchema, 'execution', 'list')).items,
  events: (await kanade.json(eventListSchema, 'event', 'list', '--limit', '500', '--type', 'kanade.run.finished.v1')).items,
  endpoints: (await kanade.json(endpointListSchema, 'endpoint', 'list')).items.map(({ id, name, agentVersion }) => ({ id, name, agentVersion })),
});

beforeAll(async () => {
  const dataDir = Installation.newDataDir();
  kanade = await Installation.start({ endpoints: 1, dataDir, environment: { KANADE_ARCHIVE_DIR: join(dataDir, '..', 'archive') } });
  configureApi({ baseUrl: kanade.runtime.httpUrl, token: kanade.token });
  core = await connectCore({ url: kanade.runtime.natsUrl, credsFile: kanade.runtime.natsAdminCreds, name: 'onlooker' });
  log = await openEventLog(core);
  const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
  local = items.find(({ simulated }) => !simulated)?.id ?? '';
  silent = items.find(({ simulated }) => simulated)?.id ?? '';
});
afterAll(async () => {
  await core.close();
  await kanade.discard();
});

describe('the beginning of the record, sealed and dropped', () => {
  let first: Awaited<ReturnType<typeof ask>>;
  let wake: () => void;

  it('is in the archive alone: everything an endpoint told that has fallen silent', async () => {
    expect((await kanade.cli('job', 'apply', manifest('1.0.0'))).code).toBe(0);
    first = await ask();
    expect((await kanade.json(resultSchema, 'run', '--all', '--', 'echo before')).runs).toHaveLength(2);
    wake = kanade.hold('simulated');
    kanade.kill('simulated');
    for (let n = 0; n < 3; n += 1) expect((await kanade.json(resultSchema, 'run', '-e', local, '--', `echo ${n}`)).runs).toMatchObject([{ state: 'succeeded' }]);
    await archivedThrough(await log.lastSequence());
    const refused = await kanade.cli('event', 'archive', 'drop', '--keep', '5');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('has no seal')]);

    const { seal } = await kanade.json(sealedSchema, 'event', 'archive', 'seal');
    const { first: held, dropped } = await kanade.json(droppedSchema, 'event', 'archive', 'drop', '--keep', '5');
    expect(dropped).toBe(held - 1);
    expect(held).toBeLessThanOrEqual(seal.size + 1);
    expect(await archive()).toMatchObject({ stream: { first: held }, seals: [{ size: seal.size }] });
    expect(await log.readLast(subjects.endpointEvents(silent))).toBeUndefined();
    expect(await log.readLast(subjects.controlEvents('job', 'greet'))).toBeUndefined();
    expect((await kanade.cli('event', 'archive', 'verify')).code).toBe(0);
  });

  it('still says which request has had its answer', async () => {
    const before = await answers();
    expect(await ask()).toEqual(first);
    expect(await answers()).toEqual(before);
  });

  it('still says what a job was, so that it can be edited', async () => {
    const { stdout, code, stderr } = await kanade.cli('job', 'apply', manifest('1.1.0'));
    expect([code, stderr, stdout]).toEqual([0, '', expect.stringContaining('greet 1.1.0')]);
    expect((await kanade.json(resultSchema, 'job', 'run', 'greet', '-e', local)).runs).toMatchObject([{ stdout: 'greeted by 1.1.0\n' }]);
  });

  it('still says where the chain of a silent endpoint goes on', async () => {
    wake();
    const { runs } = await kanade.json(resultSchema, 'run', '-e', silent, '--', 'echo awake');
    expect(runs).toMatchObject([{ endpointId: silent, state: 'succeeded' }]);
    const own = await log.readSubject(subjects.endpointEvents(silent));
    expect(new Set(own.map(({ headers }) => headers['Kanade-Epoch']))).toEqual(new Set(['1']));
    expect(await kanade.json(statusSchema, 'read-model', 'status')).toMatchObject({ poison: { count: 0 } });
  });

  it('is folded again from the archive, and gives the same', async () => {
    const before = await answers();
    expect((await kanade.cli('read-model', 'rebuild')).code).toBe(0);
    await until('the new read model', async () => {
      const { number, rebuild } = await kanade.json(statusSchema, 'read-model', 'status');
      return number === 2 && rebuild === null ? true : undefined;
    });
    expect(await answers()).toEqual(before);
    expect(await kanade.json(statusSchema, 'read-model', 'status')).toMatchObject({ poison: { count: 0 } });
  });

  it('is exported and found sound with the rest', async () => {
    const [record, keys] = ['record.ndjson', 'keys.json'].map((name) => join(kanade.dataDir, '..', name));
    writeFileSync(keys ?? '', (await kanade.cli('key', 'export')).stdout);
    const exported = await kanade.cli('event', 'export', record ?? '');
    expect(exported.code, exported.stderr).toBe(0);
    expect(await kanade.json(verifySchema, 'event', 'verify', record ?? '', '--keys', keys ?? '')).toMatchObject({ ok: true, defects: [] });
    expect(await kanade.json(verifySchema, 'event', 'verify')).toMatchObject({ ok: true, defects: [] });
  });

  it('comes with the archive when a backup of the rest is restored', async () => {
    const before = await answers();
    const [backup, restored] = ['backup', 'restored'].map((name) => join(kanade.dataDir, '..', name));
    expect((await kanade.cli('backup', backup ?? '')).code).toBe(0);
    await archivedThrough(await log.lastSequence());
    await core.close();
    await kanade.stop();
    const restore = await kanade.cli('restore', backup ?? '', '--data-dir', restored ?? '', '--agents-of', kanade.dataDir);
    expect([restore.code, restore.stderr]).toEqual([0, expect.stringContaining('restored')]);
    cpSync(join(kanade.dataDir, '..', 'archive'), join(restored ?? '', 'archive'), { recursive: true });
    const second = await Installation.start({ dataDir: restored ?? '', endpoints: 1 });
    try {
      const { items } = await second.json(executionListSchema, 'execution', 'list');
      const known = before.executions.map(({ id }) => id);
      expect(items.map(({ id }) => id).filter((id) => known.includes(id))).toEqual(known);
      expect((await second.json(resultSchema, 'run', '-e', silent, '--', 'echo again')).runs).toMatchObject([{ state: 'succeeded' }]);
      expect(await second.json(statusSchema, 'read-model', 'status')).toMatchObject({ poison: { count: 0 } });
      expect((await second.cli('event', 'archive', 'verify')).stdout).toContain('sound');
    } finally {
      await second.stop();
    }
  });
});
