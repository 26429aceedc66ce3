import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Person } from '../accounts/people.spec-kit.ts';
import { startInstallation } from '../backend.spec-kit.ts';
import type { Answer, TestBackend, TestInstallation } from '../backend.spec-kit.ts';

const mostInAMinute = 300;

let installation: TestInstallation;
let backend: TestBackend;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend({ KANADE_REQUESTS_PER_MINUTE: String(mostInAMinute) });
});
afterAll(() => installation.stop());

async function joined(name: string): Promise<Person> {
  const person = await Person.join(backend, name);
  await person.signIn();
  return person;
}

/** Asks until it is refused for asking too often; fails when that does not come. */
async function exhaust(ask: () => Promise<Answer>): Promise<Answer> {
  for (let n = 0; n < 2 * mostInAMinute; n += 1) {
    const answer = await ask();
    if (answer.status === 429) return answer;
  }
  throw new Error('it was never refused');
}

const open = (person: Person) => new WebSocket(`${backend.url.replace('http', 'ws')}/api/v1/live`, { headers: { cookie: person.cookie, origin: backend.url } });

describe('whoever asks too often', () => {
  it('is told when to come again, and nobody else has to wait', async () => {
    const [busy, calm] = [await joined('busy'), await joined('calm')];
    const refused = await exhaust(() => busy.send('GET', '/session'));
    expect(refused.body).toMatchObject({ code: 'too-many-attempts' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await calm.send('GET', '/session')).status).toBe(200);
    backend.clock.advance(60_000);
    expect((await busy.send('GET', '/session')).status).toBe(200);
  });

  it('without being signed in holds up nobody who is, from the same address', async () => {
    const calm = await joined('still-calm');
    await exhaust(() => backend.request('GET', '/api/v1/endpoints', undefined, { authorization: 'Bearer kanade_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }));
    expect((await backend.request('GET', '/health/live')).status).toBe(200);
    expect((await calm.send('GET', '/session')).status).toBe(200);
    backend.clock.advance(60_000);
  });
});

describe('a request', () => {
  it('to an address that cannot be one is refused as any other', async () => {
    for (const path of [`/sessions/${'x'.repeat(500)}`, '/jobs/%zz', `/secrets/${encodeURIComponent('端'.repeat(200))}`]) {
      const answer = await backend.call('DELETE', path);
      expect([path, answer]).toMatchObject([path, { status: 400, body: { code: 'invalid-request', requestId: expect.stringMatching(/./) } }]);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
    }
  });

  it('with more headers than are read is refused as any other', async () => {
    const answer = await backend.call('GET', `/jobs?search=${'x'.repeat(20_000)}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-request', detail: expect.stringContaining('larger than 16384 bytes') } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('larger than the largest is refused, unread', async () => {
    const body = JSON.stringify({ alias: 'x'.repeat(3 * 1024 * 1024) });
    expect(await backend.call('PUT', '/endpoints/any/alias', body)).toMatchObject({ status: 413, body: { code: 'too-large' } });
  });
});

describe('live connections', () => {
  it('of one account are so many, and others have theirs', async () => {
    const [greedy, calm] = [await joined('greedy'), await joined('watcher')];
    const sockets = Array.from({ length: 50 }, () => open(greedy));
    await Promise.all(sockets.map((socket) => once(socket, 'open')));
    const refused = open(greedy);
    refused.on('error', () => undefined);
    const status = await new Promise((resolve) => refused.on('unexpected-response', (_request, response) => resolve(response.statusCode)));
    expect(status).toBe(429);
    const others = open(calm);
    await once(others, 'open');
    for (const socket of [...sockets, others]) socket.terminate();
  });
});
