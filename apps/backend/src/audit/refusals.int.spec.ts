import { controlEventSchema } from '@kanade/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Person, newPassword } from '../accounts/people.spec-kit.ts';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { Broker } from '../broker/broker.ts';
import { RefusalCounts } from './refusal-counts.ts';

let installation: TestInstallation;
let backend: TestBackend;
let viewer: Person;
let seen = 0;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
  viewer = await Person.join(backend, 'vera', 'viewer');
  await viewer.signIn();
});
afterAll(() => installation.stop());

/** The control events since the last test. */
async function recorded(): Promise<z.infer<typeof controlEventSchema>[]> {
  await backend.app.get(RefusalCounts).flush();
  const { events: log } = backend.app.get(Broker).get();
  const events: z.infer<typeof controlEventSchema>[] = [];
  for (let sequence = seen + 1; ; sequence += 1) {
    const message = await log.get(sequence);
    if (message === undefined) return events;
    if (message.subject.startsWith('kanade.events.control.')) events.push(controlEventSchema.parse(JSON.parse(Buffer.from(message.body).toString())));
  }
}

beforeEach(async () => {
  // Whatever was counted is told twice, so that each test begins with nothing counted.
  await backend.app.get(RefusalCounts).flush();
  await backend.app.get(RefusalCounts).flush();
  const { events: log } = backend.app.get(Broker).get();
  while ((await log.get(seen + 1)) !== undefined) seen += 1;
});

const script = { what: { kind: 'script', execute: { shell: 'sh', script: 'true' } }, targets: { kind: 'all' } };
const tokenOf = async (username: string, password: string, expiresIn = '1h') => {
  const { body } = await backend.request('POST', '/api/v1/session/token', { username, password, name: 'laptop', expiresIn });
  return z.object({ token: z.string(), tokenId: z.string() }).parse(body);
};

describe('an act of somebody', () => {
  it('tells where it came from and over what', async () => {
    await backend.call('POST', '/enrolment-tokens', { maxUses: 2 }, { 'kanade-interface': 'cli' });
    await backend.call('POST', '/enrolment-tokens', { maxUses: 2 }, { 'kanade-interface': 'nonsense' });
    const admin = new Person(backend, 'admin', installation.password);
    await admin.signIn();
    await admin.send('POST', '/enrolment-tokens', { maxUses: 2 });
    expect((await recorded()).filter(({ source }) => source.startsWith('control/enrolment/'))).toMatchObject([
      { principal: expect.stringMatching(/^token\//), remoteaddress: '127.0.0.1', interface: 'cli' },
      { principal: expect.stringMatching(/^token\//), remoteaddress: '127.0.0.1', interface: 'api' },
      { principal: expect.stringMatching(/^account\//), remoteaddress: '127.0.0.1', interface: 'console' },
    ]);
  });

  it('comes from whom a proxy on this machine names', async () => {
    await backend.call('POST', '/enrolment-tokens', { maxUses: 2 }, { 'x-forwarded-for': '203.0.113.9' });
    expect((await recorded())[0]).toMatchObject({ remoteaddress: '203.0.113.9' });
  });
});

describe('a refusal of somebody known', () => {
  it('is an event at once, and those that follow are one', async () => {
    for (let time = 0; time < 20; time += 1) expect((await viewer.send('POST', '/executions', script)).status).toBe(403);
    const events = await recorded();
    expect(events).toMatchObject([
      { type: 'kanade.audit.refused.v1', principal: expect.stringMatching(/^account\//), remoteaddress: '127.0.0.1', interface: 'console', data: { operation: 'createExecution', code: 'forbidden', target: null, count: 1 } },
      { type: 'kanade.audit.refused.v1', data: { operation: 'createExecution', code: 'forbidden', count: 19 } },
    ]);
  });

  it('says what it was about, and is counted apart from others', async () => {
    await viewer.send('POST', '/endpoints/e1/revoke', {});
    await viewer.send('POST', '/accounts/admin/disable', {});
    expect(await recorded()).toMatchObject([
      { data: { operation: 'revokeEndpoint', target: { kind: 'endpoint', id: 'e1' } } },
      { data: { operation: 'disableAccount', target: { kind: 'account', id: 'admin' } } },
    ]);
  });

  it('tells what another site made their browser send', async () => {
    const answer = await backend.request('POST', '/api/v1/executions', script, { cookie: viewer.cookie, origin: 'https://evil.example' });
    expect(answer.status).toBe(403);
    expect(await recorded()).toMatchObject([{ principal: expect.stringMatching(/^account\//), data: { operation: 'createExecution', code: 'forbidden' } }]);
  });

  it('tells a wrong password and a wrong code for their own account', async () => {
    await viewer.send('POST', '/account/password', { currentPassword: 'not-this-one', newPassword: newPassword() });
    await viewer.send('POST', '/account/second-factor/confirm', { code: '000000' });
    const events = await recorded();
    expect(events).toMatchObject([{ data: { operation: 'changePassword', code: 'password-wrong' } }, { data: { operation: 'confirmSecondFactor', code: 'second-factor-failed' } }]);
    expect(JSON.stringify(events)).not.toContain('not-this-one');
  });

  it('tells whose token or session it was that no longer counts', async () => {
    const { token, tokenId } = await tokenOf('vera', viewer.password, '5m');
    await viewer.send('GET', '/session');
    const before = (await recorded()).length;
    backend.clock.advance(6 * 60_000);
    expect((await backend.request('GET', '/api/v1/session', undefined, { authorization: `Bearer ${token}` })).status).toBe(401);
    backend.clock.advance(2 * 86_400_000);
    expect((await viewer.send('GET', '/session')).status).toBe(401);
    expect((await recorded()).slice(before)).toMatchObject([
      { principal: `token/${tokenId}`, data: { operation: 'getSession', code: 'not-signed-in' } },
      { principal: expect.stringMatching(/^account\//), data: { operation: 'getSession', code: 'not-signed-in' } },
    ]);
    await viewer.signIn();
  });
});

describe('a refusal of strangers', () => {
  const guess = (username: string, password: string, address: string) =>
    backend.request('POST', '/api/v1/session', { username, password }, { 'x-forwarded-for': address, 'sec-fetch-site': 'same-origin' });

  it('is counted per source, for an account and for names nobody has', async () => {
    for (const address of ['203.0.113.1', '203.0.113.1', '203.0.113.1', '203.0.113.2']) await guess('vera', 'hunter2', address);
    for (const name of ['root', 'guest']) await guess(name, 'hunter3', '203.0.113.1');
    const events = await recorded();
    const told = events.map((event) => [event.type, event.principal, event.remoteaddress, event.interface, 'count' in event.data ? event.data.count : 0]);
    expect(told.sort()).toEqual([
      ['kanade.account.sign-in-refused.v1', 'stranger', '203.0.113.1', 'console', 1],
      ['kanade.account.sign-in-refused.v1', 'stranger', '203.0.113.1', 'console', 2],
      ['kanade.account.sign-in-refused.v1', 'stranger', '203.0.113.2', 'console', 1],
      ['kanade.audit.refused.v1', 'stranger', '203.0.113.1', 'console', 1],
      ['kanade.audit.refused.v1', 'stranger', '203.0.113.1', 'console', 1],
    ]);
    // A name that was typed may well be a password.
    expect(JSON.stringify(events)).not.toMatch(/hunter|root|guest/);
  });

  it('leaves nothing of who shows nothing, or of what is merely wrong', async () => {
    await backend.request('GET', '/api/v1/endpoints/e1');
    await backend.request('POST', '/api/v1/session', { nonsense: true });
    await backend.request('GET', '/api/v1/no-such-thing');
    expect(await recorded()).toEqual([]);
  });

  it('shows a token nobody has, and writes nothing down that came with it', async () => {
    const authorization = `Bearer kanade_${'x'.repeat(43)}`;
    await backend.request('GET', '/api/v1/endpoints/my-secret', undefined, { authorization });
    const events = await recorded();
    expect(events).toMatchObject([{ source: 'control/audit/strangers', principal: 'stranger', data: { operation: 'getEndpoint', code: 'not-signed-in', target: null } }]);
    expect(JSON.stringify(events)).not.toMatch(/my-secret|xxx/);
  });

  it('cannot fill the record from more and more addresses', async () => {
    const counts = backend.app.get(RefusalCounts);
    const refusal = (address: string) => ({
      principal: { kind: 'stranger', id: 'stranger', username: 'stranger', scope: { sites: [] }, origin: { address, interface: 'api' } },
      accountId: undefined, operation: 'createSession', code: 'sign-in-failed', target: null,
    }) as const;
    for (let number = 0; number < 2500; number += 1) counts.add(refusal(`198.51.100.${number}`));
    const events = await eventually(recorded, 'the events');
    expect(events.length).toBeLessThanOrEqual(2002);
    expect(events.reduce((sum, event) => sum + (event.type === 'kanade.audit.refused.v1' ? event.data.count : 0), 0)).toBe(2500);
    expect(events.filter(({ remoteaddress }) => remoteaddress === undefined)).toMatchObject([{ data: { count: 1 } }, { data: { count: 499 } }]);
  });
});
