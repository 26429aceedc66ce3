import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Installation } from './installation.ts';
import { until } from './until.ts';

const entrySchema = z.object({
  position: z.string(), principal: z.string(), name: z.string(), remoteAddress: z.string().nullable(), interface: z.string().nullable(), type: z.string(),
  outcome: z.enum(['done', 'refused']), operation: z.string().nullable(), code: z.string().nullable(), count: z.number(), scriptDigest: z.string().nullable(),
  targetCount: z.number().nullable(), target: z.object({ kind: z.string(), id: z.string().nullable(), name: z.string().nullable() }),
});
const pageSchema = z.object({ items: z.array(entrySchema), position: z.string() });
const statusSchema = z.object({ checks: z.object({ auditFeeds: z.object({ status: z.string(), detail: z.string() }) }) });
const secret: string = crypto.randomUUID();

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Takes what is posted and signed; the positions in the order in which they came. */
async function receiveWebhooks(port = 0) {
  const positions: string[] = [];
  const server = createHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => void chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const [, seconds = '', digest = ''] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(request.headers['kanade-webhook-signature'])) ?? [];
      const genuine = digest === createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
      if (genuine) positions.push(...z.object({ entries: z.array(entrySchema) }).parse(JSON.parse(body)).entries.map(({ position }) => position));
      response.writeHead(genuine ? 204 : 401).end();
    });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { port: portOf(server), positions, close: () => new Promise<void>((resolve) => server.close(() => resolve())) };
}

/** Takes syslog over TLS, octet-counted. */
async function receiveSyslog(certificate: { readonly cert: Buffer; readonly key: Buffer }, port = 0) {
  const positions: string[] = [];
  const sockets = new Set<TLSSocket>();
  const server = createTls(certificate, (socket) => {
    sockets.add(socket);
    let waiting = '';
    socket.setEncoding('latin1').on('error', () => socket.destroy()).on('data', (text: string) => {
      waiting += text;
      for (let frame = /^(\d+) /.exec(waiting); frame !== null && waiting.length >= frame[0].length + Number(frame[1]); frame = /^(\d+) /.exec(waiting)) {
        const end = frame[0].length + Number(frame[1]);
        // Checkpoints come beside the audit, and are no part of it.
        const message = waiting.slice(frame[0].length, end);
        if (!message.includes(' checkpoint [kanade@32473 checkpoint=')) positions.push(/^<1\d\d>1 .* kanade \d+ \S+ \[kanade@32473 position="([^"]+)"/.exec(message)?.[1] ?? message);
        waiting = waiting.slice(end);
      }
    });
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port: portOf(server), positions, close };
}

describe('the audit', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kanade-audit-'));
  let kanade: Installation;
  let webhook: Awaited<ReturnType<typeof receiveWebhooks>>;
  let password = '';

  const audit = async (...filter: string[]) => (await kanade.json(pageSchema, 'audit', 'list', ...filter)).items;
  const send = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${kanade.runtime.httpUrl}/api/v1${path}`, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } });

  beforeAll(async () => {
    writeFileSync(join(folder, 'secret'), secret, { mode: 0o600 });
    webhook = await receiveWebhooks();
    const dataDir = Installation.newDataDir();
    kanade = await Installation.start({ dataDir, environment: { KANADE_AUDIT_WEBHOOK_URL: `http://127.0.0.1:${webhook.port}/`, KANADE_AUDIT_WEBHOOK_SECRET_FILE: join(folder, 'secret') } });
    password = readFileSync(join(dataDir, 'admin-password'), 'utf8').trim();
  });
  afterAll(async () => {
    await kanade.discard();
    await webhook.close();
    rmSync(folder, { recursive: true });
  });

  it('tells a viewer’s attempt to run something, from where and over what', async () => {
    const { link } = await kanade.json(z.object({ link: z.url() }), 'user', 'create', 'vera', '--role', 'viewer');
    expect((await send('POST', '/set-password', { token: new URL(link).hash.slice(1), password })).status).toBe(204);
    const { token } = z.object({ token: z.string() }).parse(await (await send('POST', '/session/token', { username: 'vera', password, name: 'hers' })).json());
    const mine = kanade.extra;
    kanade.extra = { ...mine, KANADE_URL: kanade.runtime.httpUrl, KANADE_TOKEN: token };
    const refused = await kanade.cli('run', '--all', '--', 'echo hello');
    const closed = await kanade.cli('audit', 'list');
    kanade.extra = mine;
    expect([refused.code, closed.code]).toEqual([1, 1]);
    const found = await until('the refusals', async () => {
      const items = await audit('--principal', 'vera', '--outcome', 'refused');
      return items.some(({ operation }) => operation === 'createExecution') && items.some(({ operation }) => operation === 'listAudit') ? items : undefined;
    });
    expect(found.find(({ operation }) => operation === 'createExecution')).toMatchObject({ name: 'vera (hers)', remoteAddress: '127.0.0.1', interface: 'cli', code: 'forbidden', count: 1 });
    const printed = await kanade.cli('audit', 'list', '--principal', 'vera', '--outcome', 'refused');
    expect(printed.stdout).toMatch(/vera \(hers\)\s+127\.0\.0\.1\s+cli\s+createExecution\s+forbidden/);
  });

  it('tells a run of the command line from one of the console, each with the digest of its script', async () => {
    expect((await kanade.cli('run', '--all', '--', 'echo from-the-cli')).code).toBe(0);
    const session = await send('POST', '/session', { username: 'admin', password }, { origin: kanade.runtime.httpUrl, 'sec-fetch-site': 'same-origin' });
    const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
    const script = { what: { kind: 'script', execute: { shell: 'sh', script: 'echo from-the-console' } }, targets: { kind: 'all' } };
    const ran = await send('POST', '/executions', script, { cookie, origin: kanade.runtime.httpUrl, 'sec-fetch-site': 'same-origin' });
    expect(ran.status).toBe(201);
    const runs = await until('both runs', async () => {
      // The first start runs a job of its own, over the API.
      const items = (await audit('--type', 'kanade.execution.requested.v1')).filter((entry) => entry.interface !== 'api');
      return items.length === 2 ? items : undefined;
    });
    expect(runs.map((entry) => entry.interface)).toEqual(['console', 'cli']);
    expect(new Set(runs.map(({ scriptDigest }) => scriptDigest)).size).toBe(2);
    for (const entry of runs) expect(entry).toMatchObject({ remoteAddress: '127.0.0.1', outcome: 'done', targetCount: 1, scriptDigest: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('counts strangers’ wrong passwords per source', async () => {
    const guess = (address: string) => send('POST', '/session', { username: 'admin', password: 'not this one' }, { 'x-forwarded-for': address });
    for (const address of ['203.0.113.1', '203.0.113.2', '203.0.113.1', '203.0.113.1']) expect((await guess(address)).status).toBe(401);
    const counted = await until('all four to be counted, a minute at most', async () => {
      const items = (await audit('--principal', 'stranger')).filter(({ type }) => type === 'kanade.account.sign-in-refused.v1');
      return items.reduce((sum, { count }) => sum + count, 0) === 4 ? items : undefined;
    }, 90_000);
    const of = (address: string) => counted.filter(({ remoteAddress }) => remoteAddress === address).map(({ count }) => count).reverse();
    expect([of('203.0.113.1'), of('203.0.113.2')]).toEqual([[1, 2], [1]]);
    expect(counted[0]).toMatchObject({ target: { kind: 'account', name: 'admin' }, outcome: 'refused' });
  });

  it('is exported to a file only its owner reads, as lines of JSON and as a table', async () => {
    const [ndjson, csv] = [join(folder, 'audit.ndjson'), join(folder, 'audit.csv')];
    const told = await kanade.json(z.object({ position: z.string() }), 'audit', 'export', '--output', ndjson);
    expect(told.position).toMatch(/^[0-9a-f]{8}:\d+$/);
    const lines = readFileSync(ndjson, 'utf8').trim().split('\n').map((line) => entrySchema.parse(JSON.parse(line)));
    expect(lines.map(({ position }) => position)).toEqual((await audit('--limit', '500')).map(({ position }) => position).reverse());
    expect((await kanade.cli('audit', 'export', '--format', 'csv', '--output', csv)).code).toBe(0);
    expect(readFileSync(csv, 'utf8').trim().split('\r\n')).toHaveLength(lines.length + 1);
    for (const file of [ndjson, csv]) expect(statSync(file).mode & 0o777).toBe(0o600);
    const piped = await kanade.cli('audit', 'export', '--from', '2100-01-01T00:00:00Z', '--format', 'csv');
    expect(piped.stdout).toMatch(/^position,[^\n]+\n$/);
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([]);
  });

  it('reaches a webhook entry by entry, and after an absence with the rest in order', async () => {
    const newest = async () => (await audit('--limit', '1'))[0]?.position ?? '';
    const before = await newest();
    await until('the webhook to have all so far', () => webhook.positions.includes(before) || undefined);
    const { port, positions: first, close } = webhook;
    await close();
    for (const uses of ['1', '2', '3']) expect((await kanade.cli('enrol-token', 'create', '--max-uses', uses)).code).toBe(0);
    await until('the status to say so', async () => (await kanade.json(statusSchema, 'status')).checks.auditFeeds.detail.includes('3 entries behind') || undefined);
    webhook = await receiveWebhooks(port);
    const last = await newest();
    await until('the rest', () => webhook.positions.includes(last) || undefined);
    const all = (await audit('--limit', '500')).map(({ position }) => position).reverse();
    const received = [...first, ...webhook.positions];
    expect(received).toEqual(all.slice(all.indexOf(received[0] ?? '')));
  });

  it('reaches a syslog server over TLS that the authority it was given vouches for, and no other', async () => {
    const other = await Installation.start({ environment: { KANADE_TLS: 'on' } });
    const keys = join(other.dataDir, 'keys');
    const [cert, key] = [readFileSync(join(keys, 'tls-server.pem')), readFileSync(join(keys, 'tls-server.key'))];
    cpSync(join(keys, 'tls-ca.pem'), join(folder, 'ca.pem'));
    await other.discard();
    const syslog = await receiveSyslog({ cert, key });
    try {
      const restart = async (extra: Record<string, string>) => {
        await kanade.stop();
        kanade.extra = { ...kanade.extra, KANADE_AUDIT_SYSLOG: `tls://localhost:${syslog.port}`, ...extra };
        await kanade.start();
      };
      await restart({});
      expect((await kanade.cli('enrol-token', 'create')).code).toBe(0);
      await until('the wrong authority to be told', async () => /syslog tls:.* away since .*(certificate|issuer)/.exec((await kanade.json(statusSchema, 'status')).checks.auditFeeds.detail) ?? undefined);
      expect(syslog.positions).toEqual([]);
      await restart({ KANADE_AUDIT_CA_FILE: join(folder, 'ca.pem') });
      const [newest] = await audit('--limit', '1');
      await until('the entries', () => syslog.positions.includes(newest?.position ?? '') || undefined);
    } finally {
      await syslog.close();
    }
  });
});
