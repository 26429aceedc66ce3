import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Observer } from './attacks/observer.ts';
import { detachedSchema, endpointListSchema, resultSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { until } from './until.ts';

const record = 'KANADE_EVENTS';
const mebibyte = 1024 * 1024;

/** What a request over HTTP came to. */
interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly position: string | undefined;
  /** Whose event it is, where one was asked for. */
  readonly source: string | undefined;
  readonly ms: number;
}

const bodySchema = z.looseObject({ code: z.string().optional(), position: z.string().optional(), source: z.string().optional() });

async function ask(kanade: Installation, method: string, path: string, body?: unknown): Promise<Answer> {
  const from = performance.now();
  const response = await fetch(`${kanade.runtime.httpUrl}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${kanade.token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const { code, position, source } = text === '' ? {} : bodySchema.parse(JSON.parse(text));
  return { status: response.status, code, position, source, ms: performance.now() - from };
}

const statusSchema = z.looseObject({ status: z.string(), checks: z.looseObject({ broker: z.object({ detail: z.string() }), disk: z.object({ status: z.string(), detail: z.string() }), fold: z.object({ status: z.string() }) }) });

/** Takes what is left, in ever smaller pieces. */
function fill(filler: string): void {
  const fd = openSync(filler, 'a');
  try {
    for (const size of [mebibyte, 4096, 1]) {
      const bytes = Buffer.alloc(size);
      try {
        for (;;) writeSync(fd, bytes);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      }
    }
  } finally {
    closeSync(fd);
  }
}

/** An installation on a volume of its own, as small as one can be. */
async function onSmallVolume(work: (kanade: Installation, mount: string) => Promise<void>): Promise<void> {
  const mount = mkdtempSync(join(tmpdir(), 'kanade-volume-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=720m,mode=0700', 'kanade-test', mount]);
  try {
    const kanade = await Installation.start({ dataDir: join(mount, 'data') });
    try {
      await work(kanade, mount);
    } finally {
      await kanade.stop();
    }
  } finally {
    execFileSync('umount', ['--lazy', mount]);
    rmSync(mount, { recursive: true, force: true });
  }
}

/** Uses everything up while somebody writes, makes room again, and waits until it works; the answers as long as it was full. */
async function fillAndFree(kanade: Installation, mount: string, answers: readonly Answer[]): Promise<readonly Answer[]> {
  const filler = join(mount, 'filler');
  const free = () => statfsSync(mount).bavail * statfsSync(mount).bsize;
  const ballast = join(mount, 'data', 'broker', 'ballast');
  expect(existsSync(ballast)).toBe(true);
  await until('it to work', () => answers.filter(({ position }) => position !== undefined).length >= 20 || undefined);
  // What the broker is given back to start on is used up as well.
  await until('everything to be used up', () => {
    fill(filler);
    return (!existsSync(ballast) && free() === 0) || undefined;
  });
  const told = answers.length;
  await until('the last refusals', () => {
    fill(filler);
    return answers.slice(told).filter(({ code }) => code === 'storage-full').length >= 8 || undefined;
  });
  expect(await ask(kanade, 'GET', '/endpoints')).toMatchObject({ status: 200 });
  expect((await kanade.json(statusSchema, 'status')).checks.disk.status).toBe('failed');
  const whileFull = answers.slice();
  rmSync(filler);
  await until('it to work again', async () => ((await ask(kanade, 'PUT', '/sites/room')).status < 300) || undefined);
  return whileFull;
}

/** Fills the volume under load, and makes room again. */
async function fillUnderLoad(kanade: Installation, mount: string): Promise<void> {
  const answers: (Answer & { readonly site: string })[] = [];
  const stop = new AbortController();
  const load = [1, 2, 3, 4].map(async (writer) => {
    for (let count = 0; !stop.signal.aborted; count += 1) {
      const site = `full-${writer}-${count}`;
      answers.push({ site, ...(await ask(kanade, 'PUT', `/sites/${site}`)) });
    }
  });
  let whileFull: readonly Answer[] = [];
  try {
    whileFull = await fillAndFree(kanade, mount, answers);
  } finally {
    stop.abort();
    await Promise.allSettled(load);
  }
  const refused = whileFull.filter(({ status }) => status >= 400);
  expect(new Set(refused.map(({ code }) => code))).toContain('storage-full');
  // A broker that is just being restarted is away, and says so.
  expect(refused.filter(({ status, code }) => !(status === 507 && code === 'storage-full') && !(status === 503 && (code === 'broker-unavailable' || code === 'read-behind')))).toEqual([]);
  expect(refused.filter(({ ms }) => ms > 5000)).toEqual([]);

  await until('everything to be folded', async () => ((await kanade.json(statusSchema, 'status')).checks.fold.status === 'ok') || undefined);
  for (const { site, position } of answers) {
    if (position !== undefined) expect(await ask(kanade, 'GET', `/events/${position}`)).toMatchObject({ status: 200, position, source: `control/site/${site}` });
  }
  const { runs } = await kanade.json(resultSchema, 'run', '--all', '--', 'echo back');
  expect(runs).toMatchObject([{ state: 'succeeded', stdout: 'back\n' }]);
  expect((await kanade.json(statusSchema, 'status')).checks.disk.status).not.toBe('failed');
}

describe('a volume that is full to the last byte, under load', () => {
  it('is told within five seconds, loses nothing that was acknowledged, and is left behind by itself once there is room', async (context) => {
    if (process.getuid?.() !== 0) context.skip('only root may mount the small volume this needs');
    await onSmallVolume(fillUnderLoad);
  });
});

describe('the endpoints’ share of the record, when it is full', () => {
  let kanade: Installation;
  let observer: Observer;
  beforeAll(async () => {
    kanade = await Installation.start({ endpoints: 1 });
    observer = await Observer.connect(kanade.runtime);
  });
  afterAll(async () => {
    await observer.nc.close();
    await kanade.discard();
  });

  const streamSchema = z.looseObject({ config: z.looseObject({ max_bytes: z.int() }), state: z.looseObject({ bytes: z.int() }) });
  const stream = async () => streamSchema.parse((await observer.nc.request(`$JS.API.STREAM.INFO.${record}`, '')).json());
  const limitTo = async (maxBytes: number): Promise<void> => {
    const { config } = await stream();
    streamSchema.parse((await observer.nc.request(`$JS.API.STREAM.UPDATE.${record}`, JSON.stringify({ ...config, max_bytes: maxBytes }))).json());
  };

  const statesOf = async (executionId: string) => (await kanade.json(resultSchema, 'execution', 'show', executionId)).runs.map(({ state }) => state);

  it('holds them back, while cancel, revoke and sign-in work; with room everything goes on', async () => {
    const [real, simulated] = (await kanade.json(endpointListSchema, 'endpoint', 'list')).items.toSorted((one, other) => Number(one.simulated) - Number(other.simulated));
    if (real === undefined || simulated === undefined) throw new Error('there are not two endpoints');
    // What is left must be enough for what the control plane does here.
    for (let count = 0; count < 60; count += 1) expect((await ask(kanade, 'PUT', `/endpoints/${simulated.id}/alias`, { alias: `Desk ${count}` })).status).toBeLessThan(300);
    const { config, state } = await stream();
    await limitTo(Math.floor(state.bytes / 0.905));
    await until('the endpoints to be held back', () => readFileSync(join(kanade.dataDir, 'logs/backend.log'), 'utf8').includes('"allClosed":true') || undefined);
    expect((await kanade.json(statusSchema, 'status')).checks.broker.detail).toContain('no endpoint’s events are let through');
    const before = (await stream()).state.bytes;
    const ran = join(kanade.dataDir, 'ran');
    const told = await kanade.json(detachedSchema, 'run', '--endpoint', real.name, '--detach', '--', `touch '${ran}'`);
    const withdrawn = await kanade.json(detachedSchema, 'run', '--endpoint', real.name, '--detach', '--', 'echo nobody asked');
    expect(await kanade.cli('execution', 'cancel', withdrawn.executionId)).toMatchObject({ code: 0 });
    expect(await kanade.cli('endpoint', 'revoke', simulated.id, '--reason', 'left on a train')).toMatchObject({ code: 0 });
    const password = readFileSync(join(kanade.dataDir, 'admin-password'), 'utf8').trim();
    const signedIn = await fetch(`${kanade.runtime.httpUrl}/api/v1/session/token`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username: 'admin', password, name: 'while it is full' }) });
    expect(signedIn.status).toBe(201);
    expect((await stream()).state.bytes).toBeGreaterThan(before);
    // It ran, and cannot say so yet; what the control plane decides is done.
    await until('the endpoint to have done it', () => existsSync(ran) || undefined);
    expect(await statesOf(told.executionId)).toEqual(['queued']);
    await until('the cancelled run to be told', async () => ((await statesOf(withdrawn.executionId))[0] === 'cancelled') || undefined);
    await limitTo(config.max_bytes);
    await until('what the endpoint had to tell', async () => ((await statesOf(told.executionId))[0] === 'succeeded') || undefined);
  });
});
