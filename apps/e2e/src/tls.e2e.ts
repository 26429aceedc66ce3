import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { endpointListSchema, resultSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { startProgram } from './program.ts';
import { until } from './until.ts';

const agentProgram = join(import.meta.dirname, '../../agent/bin/kanade-agent.mjs');
const tokenSchema = z.object({ token: z.string() });
const movesSchema = z.object({ items: z.array(z.object({ endpointId: z.string(), state: z.string(), reason: z.string().nullable() })) });
const tokenContentSchema = z.object({ urls: z.array(z.string()), ca: z.string() });

let kanade: Installation;
let endpointId: string | undefined;
beforeAll(async () => {
  // As it was before somebody wanted it to be reached from elsewhere.
  kanade = await Installation.start();
  endpointId = (await kanade.json(endpointListSchema, 'endpoint', 'list')).items[0]?.id;
  await kanade.stop();
  kanade.extra = { KANADE_TLS: 'on', KANADE_HTTP_HOST: '0.0.0.0', KANADE_NATS_HOST: '0.0.0.0', KANADE_PUBLIC_NAMES: 'localhost' };
  await kanade.start();
});
afterAll(async () => {
  await kanade.discard();
});

/** The headers of an answer, with the CA that the installation made. */
async function headersOf(path: string): Promise<NodeJS.Dict<string | string[]>> {
  const request = get(new URL(path, kanade.runtime.httpUrl), { ca: readFileSync(kanade.runtime.tlsCa ?? '') });
  const [answer]: unknown[] = await once(request, 'response');
  request.destroy();
  return z.looseObject({ headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])) }).parse(answer).headers;
}

describe('an installation that is opened to other machines', () => {
  it('speaks TLS everywhere, and its endpoint goes on as the one it was', async () => {
    const { httpUrl, natsUrl } = kanade.runtime;
    expect([new URL(httpUrl).protocol, new URL(natsUrl).protocol]).toEqual(['https:', 'tls:']);
    const result = await kanade.json(resultSchema, 'run', '--all', '--', 'echo over TLS');
    expect(result.runs).toMatchObject([{ endpointId, state: 'succeeded', stdout: 'over TLS\n' }]);
    expect(await headersOf('/health/live')).toMatchObject({ 'strict-transport-security': 'max-age=31536000' });
  });

  it('gives new endpoints its addresses and its CA, by which they come', async () => {
    const { token } = await kanade.json(tokenSchema, 'enrol-token', 'create');
    const { urls, ca } = tokenContentSchema.parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
    expect(urls).toEqual([expect.stringMatching(/^tls:\/\/localhost:\d+$/), expect.stringMatching(/^wss:\/\/localhost:\d+$/)]);
    expect(ca).toBe(readFileSync(kanade.runtime.tlsCa ?? '', 'utf8'));
    const dataDir = join(kanade.dataDir, '..', 'other');
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };
    expect((await startProgram(process.execPath, [agentProgram, 'enrol', token, '--data-dir', dataDir], { env }).ended).code).toBe(0);
    const agent = startProgram(process.execPath, [agentProgram, 'run', '--data-dir', dataDir], { env });
    await until('both endpoints to be online', async () => {
      const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
      return (items.length === 2 && items.every(({ status }) => status === 'online')) || undefined;
    });
    agent.process.kill('SIGTERM');
    await agent.ended;
  });

  it('is not believed by a command line that nobody told whom to trust, which is told how', async () => {
    const home = join(kanade.dataDir, '..', 'home');
    const env = { ...process.env, KANADE_DATA_DIR: undefined, HOME: home, XDG_CONFIG_HOME: undefined, KANADE_URL: kanade.runtime.httpUrl, KANADE_TOKEN: `kanade_${'A'.repeat(43)}` };
    const cli = join(import.meta.dirname, '../../cli/bin/kanade.mjs');
    const refused = await startProgram(process.execPath, [cli, 'status'], { env }).ended;
    expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining('--ca FILE') });
    const trusted = await startProgram(process.execPath, [cli, 'status'], { env: { ...env, KANADE_CA: kanade.runtime.tlsCa } }).ended;
    expect(trusted.code).toBe(4);
  });

  it('moves it to another authority, and another transport, once both have proved good; until then it stays', async () => {
    const { natsUrl } = kanade.runtime;
    const ca = readFileSync(kanade.runtime.tlsCa ?? '', 'utf8');
    const { token } = await kanade.json(tokenSchema, 'enrol-token', 'create');
    const { urls } = tokenContentSchema.parse(JSON.parse(Buffer.from(token, 'base64url').toString()));
    const webSocket = urls.find((url) => url.startsWith('wss:')) ?? '';
    const [strange, both] = [join(kanade.dataDir, '..', 'strange.pem'), join(kanade.dataDir, '..', 'both.pem')];
    const [foreign = ''] = rootCertificates;
    writeFileSync(strange, foreign);
    writeFileSync(both, `${foreign}\n${ca}`);
    const own = async () => (await kanade.json(movesSchema, 'broker', 'moves')).items.find((move) => move.endpointId === endpointId);
    const move = async (url: string, file: string, state: string) => {
      expect((await kanade.cli('broker', 'move', url, '--ca', file, '--endpoint', endpointId ?? '')).code).toBe(0);
      const found = await until(`the endpoint to be ${state}`, async () => ((await own())?.state === state ? own() : undefined));
      const { runs } = await kanade.json(resultSchema, 'run', '--endpoint', endpointId ?? '', '--', 'echo reached');
      expect(runs).toMatchObject([{ endpointId, state: 'succeeded', stdout: 'reached\n' }]);
      return found;
    };
    expect(await move(natsUrl, strange, 'trying')).toMatchObject({ reason: expect.stringContaining('the old one stays') });
    await move(webSocket, both, 'moved');
    await move(natsUrl, both, 'moved');
  });

  it('can be backed up while it runs', async () => {
    const backup = join(kanade.dataDir, '..', 'backup');
    expect((await kanade.cli('backup', backup)).code).toBe(0);
    expect(existsSync(join(backup, 'keys', 'tls-ca.key'))).toBe(true);
  });
});
