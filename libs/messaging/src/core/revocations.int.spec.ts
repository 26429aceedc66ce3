import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAgent } from '../agent/connection.ts';
import { askOnce } from '../agent/enrol.ts';
import type { AgentConnection } from '../agent/types.ts';
import { writeBrokerConfig } from '../broker/config.ts';
import { loadBrokerKeys } from '../broker/keys.ts';
import { issueAgentJwt } from '../broker/users.ts';
import { readJwt } from '../crypto/jwt.ts';
import { generateNkey } from '../crypto/nkey.ts';
import { issueTestEndpoint, startTestBroker } from '../testing/index.ts';
import type { TestBroker, TestEndpoint } from '../testing/index.ts';
import { pushRevocations, readRevokedNkeys } from './revocations.ts';
import { connectSystem } from './system.ts';
import type { SystemConnection } from './system.ts';

let broker: TestBroker;
let system: SystemConnection;
const open: AgentConnection[] = [];

beforeAll(async () => {
  broker = await startTestBroker();
  system = await connectSystem({ url: broker.url, credsFile: broker.sysCreds, name: 'test' });
});
afterAll(async () => {
  await Promise.all(open.map((connection) => connection.close()));
  await system.close();
  await broker.stop();
});

const operator = () => loadBrokerKeys(broker.keysDir).operator;
const none: ReadonlySet<string> = new Set();
const inTwoYears = () => Date.now() + 730 * 86_400_000;
const revoke = (...nkeys: string[]) => pushRevocations(system, operator(), { revoked: new Map(nkeys.map((nkey) => [nkey, inTwoYears()])), outlived: none });

async function connect({ endpointId, credentials }: Pick<TestEndpoint, 'endpointId' | 'credentials'>): Promise<AgentConnection> {
  const connection = await connectAgent({ urls: [broker.url], credentials: () => credentials, endpointId, ca: null });
  open.push(connection);
  return connection;
}

/** Resolves when it is cut off; fails after five seconds, which is what is promised. */
function cutOff(connection: AgentConnection): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('it is still connected after 5 s')), 5000);
    connection.onDisconnect(() => {
      clearTimeout(late);
      resolve();
    });
  });
}

const askRaw = ({ endpointId, credentials, renewal }: TestEndpoint) => ({
  main: () => askOnce({ urls: [broker.url], ca: null, endpointId, credentials: () => credentials }, Buffer.from('{}'), 500),
  renewal: () => askOnce({ urls: [broker.url], ca: null, endpointId, credentials: () => renewal }, Buffer.from('{}'), 500),
});

const storedAccount = () => readJwt(readFileSync(join(broker.dataDir, 'broker', 'jwt', `${system.agentsAccount}.jwt`), 'utf8').trim());

describe('revoking keys', () => {
  it('cuts off who is connected, leaves others alone, and lets neither JWT nor a newer one in', async () => {
    const [gone, stays] = [issueTestEndpoint(broker, 'gone'), issueTestEndpoint(broker, 'stays')];
    const connection = await connect(gone);
    const other = await connect(stays);
    let disturbed = false;
    other.onDisconnect(() => {
      disturbed = true;
    });
    const cut = cutOff(connection);
    expect(await revoke(gone.nkey.publicKey)).toBe(true);
    await cut;
    await expect(askRaw(gone).main()).rejects.toMatchObject({ code: 'denied' });
    await expect(askRaw(gone).renewal()).rejects.toMatchObject({ code: 'denied' });
    // One that was issued in the same moment, or after it, counts no more than the others.
    const later = issueAgentJwt(loadBrokerKeys(broker.keysDir), { endpointId: 'gone', nkey: gone.nkey.publicKey, now: Date.now() + 60_000 });
    await expect(askRaw({ ...gone, credentials: { ...gone.credentials, jwt: later } }).main()).rejects.toMatchObject({ code: 'denied' });
    await other.readLastEvent();
    expect(disturbed).toBe(false);
  });

  it('changes nothing but the revocations, and nothing at all when all is so already', async () => {
    const before = storedAccount();
    const [first, second] = [generateNkey('user').publicKey, generateNkey('user').publicKey];
    await revoke(first);
    expect(await revoke(first)).toBe(false);
    await revoke(second);
    const after = storedAccount();
    expect(after.nats).toEqual({ ...before.nats, revocations: expect.objectContaining({ [first]: expect.any(Number), [second]: expect.any(Number) }) });
    const { revocations: _old, ...claims } = before.nats;
    const { revocations: _new, ...claimsAfter } = after.nats;
    expect(claimsAfter).toEqual(claims);
  });

  it('forgets a key only when nothing of it lives any more', async () => {
    const old = generateNkey('user').publicKey;
    await revoke(old);
    expect(await pushRevocations(system, operator(), { revoked: new Map(), outlived: new Set([old]) })).toBe(true);
    expect((await readRevokedNkeys(system)).has(old)).toBe(false);
  });

  it('refuses what is no key, and an operator that is not this broker’s', async () => {
    await expect(revoke('*')).rejects.toMatchObject({ code: 'invalid' });
    await expect(pushRevocations(system, generateNkey('operator'), { revoked: new Map(), outlived: none })).rejects.toMatchObject({ code: 'tampered' });
  });

  it('outlives a restart of the broker, with the configuration written anew', async () => {
    const gone = issueTestEndpoint(broker, 'gone-for-good');
    await revoke(gone.nkey.publicKey);
    await broker.kill();
    const portOf = (url: string) => Number(new URL(url).port);
    writeBrokerConfig({ dataDir: broker.dataDir, host: '127.0.0.1', natsPort: portOf(broker.url), wsPort: portOf(broker.wsUrl), maxFileBytes: broker.maxFileBytes });
    expect(readFileSync(join(broker.dataDir, 'broker', 'nats.conf'), 'utf8')).toContain(readFileSync(join(broker.dataDir, 'broker', 'jwt', `${system.agentsAccount}.jwt`), 'utf8').trim());
    await broker.restart();
    await expect(askRaw(gone).main()).rejects.toMatchObject({ code: 'denied' });
    await expect.poll(() => readRevokedNkeys(system).then((nkeys) => nkeys.has(gone.nkey.publicKey)), { timeout: 10_000 }).toBe(true);
  });
});
