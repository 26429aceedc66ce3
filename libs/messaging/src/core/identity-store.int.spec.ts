import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestBroker } from '../testing/index.ts';
import type { TestBroker } from '../testing/index.ts';
import { directGet, publishStored } from '../wire/jetstream.ts';
import { connectCore, wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import { openIdentityStore } from './identity-store.ts';
import { openLeaseKeeper } from './leases.ts';
import type { IdentityStore } from './types.ts';

const macKey = randomBytes(32);
let broker: TestBroker;
let backend: CoreConnection;
let store: IdentityStore;

beforeAll(async () => {
  broker = await startTestBroker();
  backend = await connectCore({ url: broker.url, credsFile: broker.backendCreds, name: 'backend' });
  store = openIdentityStore(backend, macKey);
});
afterAll(async () => {
  await backend.close();
  await broker.stop();
});

describe('identity records', () => {
  it('are created once, updated by revision, listed and deleted', async () => {
    const first = await store.create('account.a1', { name: 'admin' });
    expect(await store.create('account.a1', { name: 'other' })).toBeUndefined();
    expect(await store.get('account.a1')).toEqual({ key: 'account.a1', value: { name: 'admin' }, revision: first });
    const second = await store.update('account.a1', { name: 'root' }, first ?? 0);
    expect(await store.update('account.a1', { name: 'late' }, first ?? 0)).toBeUndefined();
    await store.create('account.a2', {});
    await store.create('session.s1', {});
    expect((await store.list('account')).records.map(({ key }) => key)).toEqual(['account.a1', 'account.a2']);
    await store.delete('account.a1');
    expect(await store.get('account.a1')).toBeUndefined();
    expect((await store.list('account')).records).toHaveLength(1);
    expect(await store.create('account.a1', { name: 'again' })).toBeGreaterThan(second ?? 0);
  });

  it('are gone after the time they were given', async () => {
    await store.create('session.short', { a: 1 }, 1);
    expect(await store.get('session.short')).toBeDefined();
    await expect.poll(() => store.get('session.short'), { timeout: 10_000 }).toBeUndefined();
    expect(await store.create('session.short', { a: 2 })).toBeDefined();
  });

  it('are refused when altered, made by another key, or moved to another name', async () => {
    const nc = wireOf(backend);
    await store.create('token.t1', { scope: 'little' });
    const record = await directGet(nc, 'KV_kanade_identity', '$KV.kanade_identity.token.t1');
    const body = Buffer.from(record?.body ?? []);
    await publishStored(nc, '$KV.kanade_identity.token.t2', body, {});
    await publishStored(nc, '$KV.kanade_identity.token.t3', Buffer.from(body.toString().replace('little', 'everything')), {});
    await openIdentityStore(backend, randomBytes(32)).create('token.t4', { scope: 'everything' });
    await publishStored(nc, '$KV.kanade_identity.token.t5', Buffer.from('{}'), {});
    const judged: [string, boolean][] = [];
    const watched = openIdentityStore(backend, macKey, (key, isSound) => void judged.push([key, isSound]));
    await watched.get('token.t1');
    await watched.get('token.none');
    await watched.list('token');
    expect(judged).toEqual([['token.t1', true], ['token.none', true], ['token.t1', true], ...['t2', 't3', 't4', 't5'].map((name) => [`token.${name}`, false])]);
    for (const key of ['token.t2', 'token.t3', 'token.t4', 'token.t5']) await expect(store.get(key)).rejects.toMatchObject({ code: 'tampered' });
    const { records, tampered } = await store.list('token');
    expect(records.map(({ key }) => key)).toEqual(['token.t1']);
    expect(tampered).toEqual(['token.t2', 'token.t3', 'token.t4', 'token.t5']);
  });

  it.each(['*', 'a.*', 'a.>', '', '.a', 'a b'])('have no key %j', async (key) => {
    await expect(Promise.resolve().then(() => store.get(key))).rejects.toThrow(RangeError);
  });
});

describe('a lease', () => {
  const never = new AbortController().signal;
  it('has one holder, is passed on when given up, and its fence grows', async () => {
    const first = await openLeaseKeeper(backend, { name: 'one', holder: 'a', ttlSeconds: 3 }).acquire(never);
    expect(first.held).toBe(true);
    const waiting = openLeaseKeeper(backend, { name: 'one', holder: 'b', ttlSeconds: 3 }).acquire(never);
    const early = await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 4000, 'still waiting'))]);
    expect(early).toBe('still waiting');
    expect(first.held).toBe(true);
    await first.release();
    expect(first.held).toBe(false);
    const second = await waiting;
    expect(second.fence).toBeGreaterThan(first.fence);
    await second.release();
  });

  it('is lost by who can no longer renew it, before anybody else has it', async () => {
    const own = await connectCore({ url: broker.url, credsFile: broker.backendCreds, name: 'cut off' });
    const lease = await openLeaseKeeper(own, { name: 'two', holder: 'a', ttlSeconds: 2 }).acquire(never);
    await own.close();
    const next = await openLeaseKeeper(backend, { name: 'two', holder: 'b', ttlSeconds: 2 }).acquire(never);
    expect(lease.held).toBe(false);
    expect(lease.signal.aborted).toBe(true);
    expect(next.fence).toBeGreaterThan(lease.fence);
    await next.release();
  });

  it('is taken over at once by the same holder, started anew', async () => {
    const before = await openLeaseKeeper(backend, { name: 'three', holder: 'a', ttlSeconds: 30 }).acquire(never);
    const after = await openLeaseKeeper(backend, { name: 'three', holder: 'a', ttlSeconds: 30 }).acquire(never);
    expect(after.fence).toBeGreaterThan(before.fence);
    await after.release();
  });
});
