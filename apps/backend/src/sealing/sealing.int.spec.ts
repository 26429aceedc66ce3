import { mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveReportSchema, archiveSchema, archiveSealedViewSchema, systemStatusSchema } from '@kanade/contracts';
import { readSeals, sealFault } from '@kanade/archive';
import { loadServerKeys } from '@kanade/messaging';
import { dropBeginning } from '@kanade/messaging/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { Broker } from '../broker/broker.ts';
import { FakeAgent } from '../fake-agent.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;
let root: string;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'kanade-sealing-'));
  installation = await startInstallation();
  backend = await installation.backend({ KANADE_ARCHIVE_DIR: root });
  for (let n = 1; n <= 20; n += 1) await apply(n);
  await archived();
});
afterEach(async () => {
  await installation.stop();
  rmSync(root, { recursive: true });
});

const apply = (n: number) => backend.call('PUT', `/jobs/job-${n}`, { version: '1.0.0', execute: { shell: 'sh', script: 'true' } });
const log = () => backend.app.get(Broker).get().events;
const end = async () => `${log().incarnation}:${await log().lastSequence()}`;
const archived = () =>
  eventually(async () => {
    const { archive, verifier } = systemStatusSchema.parse((await backend.call('GET', '/status')).body);
    return archive?.position === (await end()) && verifier.lagEvents === 0 ? true : undefined;
  }, 'everything to be archived and verified');
const seal = (through?: string) => backend.call('POST', '/archive/seals', through === undefined ? {} : { through });
const verify = async () => archiveReportSchema.parse((await backend.call('GET', '/archive/verification')).body);
const segment = () => join(root, log().incarnation, readdirSync(join(root, log().incarnation)).find((name) => name.startsWith('events-')) ?? '');
const position = (sequence: number) => `${log().incarnation}:${sequence}`;

describe('the beginning of the record', () => {
  it('is sealed as far as it is archived and verified, with a signature that holds, and the audit says who did it', async () => {
    const last = await log().lastSequence();
    const answer = await seal();
    expect(answer.status).toBe(201);
    const sealed = archiveSealedViewSchema.parse(answer.body);
    expect(sealed.seal.size).toBeGreaterThanOrEqual(last);
    const [stored] = readSeals(root, log().incarnation);
    if (stored === undefined) throw new Error('there is no seal');
    const { checkpoint } = loadServerKeys(installation.broker.keysDir);
    expect(sealFault(root, stored, [checkpoint])).toBeUndefined();
    const shown = await backend.call('GET', `/checkpoints/latest?minPosition=${position(sealed.seal.size)}`);
    if (shown.body['size'] === sealed.seal.size) expect(shown.body['root']).toBe(sealed.seal.root);
    const audited = await backend.call('GET', `/audit?type=kanade.archive.sealed.v1&minPosition=${sealed.position}`);
    expect(audited.body).toMatchObject({ items: [{ position: sealed.position, name: 'admin (test)', outcome: 'done', target: { kind: 'archive' } }] });
    const told = await backend.call('GET', `/events/${sealed.position}`);
    expect(JSON.parse(String(told.body['body']))).toMatchObject({ data: { through: position(sealed.seal.size), root: sealed.seal.root } });
    expect(archiveSchema.parse((await backend.call('GET', '/archive')).body)).toMatchObject({ incarnation: log().incarnation, ranges: [{ first: 1 }], stream: { first: 1 }, seals: [{ size: sealed.seal.size, key: checkpoint.id }] });
    expect(await verify()).toMatchObject({ ok: true, defects: [], seals: [] });
  });

  it('is sealed up to a position, and not beyond what there is', async () => {
    expect(await seal(position(7))).toMatchObject({ status: 201, body: { seal: { size: 7, segments: 1 } } });
    expect(await seal(position(1_000_000))).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringContaining('everything up to') } });
    expect(await seal('0badcafe:7')).toMatchObject({ status: 409, body: { code: 'position-unknown' } });
    expect(readSeals(root, log().incarnation)).toHaveLength(1);
  });

  it('is not sealed where it is damaged or missing, and the positions are named', async () => {
    const sound = readFileSync(segment());
    const altered = Buffer.from(sound);
    altered.writeUInt8(altered.readUInt8(100) ^ 1, 100);
    writeFileSync(segment(), altered);
    expect(await seal(position(7))).toMatchObject({ status: 409, body: { code: 'conflict', detail: expect.stringMatching(/not what was verified: (1|1 to \d+) damaged/) } });
    expect(await verify()).toMatchObject({ ok: false, root: null, defects: [{ kind: 'damaged', first: 1 }] });
    truncateSync(segment(), 10);
    expect(await seal()).toMatchObject({ status: 409, body: { detail: expect.stringContaining('nothing is archived from the first event on') } });
    expect(readdirSync(join(root, log().incarnation)).filter((name) => name.startsWith('seal-'))).toEqual([]);
  });

  it('sealed, and altered afterwards, is said to be no longer what was sealed', async () => {
    await seal(position(9));
    const altered = readFileSync(segment());
    altered.writeUInt8(altered.readUInt8(9) ^ 1, 9);
    writeFileSync(segment(), altered);
    expect(await verify()).toMatchObject({ ok: false, seals: [{ size: 9, detail: expect.stringContaining('is not the file that was sealed') }] });
  });
});

describe('an endpoint whose events were dropped', () => {
  it('is told where its chain ends, once it asks for that', async () => {
    const agent = await FakeAgent.enrol(backend);
    const ask = async () => agent.renew(false, [], { chain: true });
    expect(await ask()).toMatchObject({ chain: null });
    for (const n of [1, 2]) await agent.append('kanade.command.refused.v1', { commandSequence: n, reason: { code: 'expired', message: 'too late' } });
    const told = await log().readSubject(`kanade.events.endpoint.${agent.endpointId}`);
    await apply(21);
    await archived();
    await dropBeginning(installation.broker, told.at(-1)?.sequence ?? 0);
    expect(await ask()).toMatchObject({ chain: { epoch: 1, sequence: 2, hash: expect.stringMatching(/^[0-9a-f]{64}$/) } });
  });
});

describe('without an archive', () => {
  it('nothing is sealed, and it is said how to have one', async () => {
    await backend.stop();
    backend = await installation.backend();
    expect(await seal()).toMatchObject({ status: 409, body: { detail: expect.stringContaining('KANADE_ARCHIVE_DIR') } });
    expect((await backend.call('GET', '/archive')).status).toBe(409);
  });
});
