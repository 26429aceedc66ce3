import { createServer, type IncomingMessage, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiError, UnreachableError } from './errors.ts';
import { configureApi, readAsOf, requestJson, requestRaw } from './transport.ts';

let server: Server;
let baseUrl: string;
let seen: { request: IncomingMessage; body: string };
let answer: { status: number; type: string; body: string };

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen = { request, body };
      response.writeHead(answer.status, { 'content-type': answer.type, 'x-request-id': 'from-header' }).end(answer.body);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  baseUrl = `http://127.0.0.1:${address.port}`;
});
afterAll(() => server.close());
beforeEach(() => {
  configureApi({ baseUrl: `${baseUrl}/`, token: 'kanade_t', headers: { 'x-of-every-request': 'yes' } });
  answer = { status: 200, type: 'application/json', body: '{"ok":true}' };
});

const failureOf = async (work: Promise<unknown>) => work.then(() => undefined, (error: unknown) => error);

describe('a request', () => {
  it('is answered as of a moment where it can be, and where that is wanted', async () => {
    const urlOf = async (isDated: boolean, query?: object) => {
      await requestJson({ method: 'GET', path: '/api/v1/x', isDated, query });
      return seen.request.url;
    };
    readAsOf('0badcafe:17');
    expect(await urlOf(true, { limit: 1 })).toBe('/api/v1/x?at=0badcafe%3A17&limit=1');
    expect(await urlOf(true, { at: '0badcafe:3' })).toBe('/api/v1/x?at=0badcafe%3A3');
    expect(await urlOf(false)).toBe('/api/v1/x');
    readAsOf(undefined);
    expect(await urlOf(true)).toBe('/api/v1/x');
  });

  it('carries the token, what is asked for and nothing that is absent', async () => {
    const result = await requestJson<{ ok: boolean }>({ method: 'POST', path: '/api/v1/x', query: { a: 'b c', none: undefined }, body: { n: 1 }, options: { headers: { 'idempotency-key': 'k' } } });
    expect(result).toEqual({ ok: true });
    expect(seen.request.url).toBe('/api/v1/x?a=b+c');
    expect(seen.request.headers).toMatchObject({ authorization: 'Bearer kanade_t', 'x-of-every-request': 'yes', 'idempotency-key': 'k', 'content-type': 'application/json' });
    expect(seen.body).toBe('{"n":1}');
  });

  it('hands back bytes and headers where they are asked for', async () => {
    answer = { status: 200, type: 'application/octet-stream', body: 'bytes' };
    expect(await (await requestRaw({ method: 'GET', path: '/' })).text()).toBe('bytes');
  });
});

describe('a refusal', () => {
  it('has its code, status, request id and what was wrong where', async () => {
    answer = {
      status: 422,
      type: 'application/problem+json',
      body: JSON.stringify({ type: 'about:blank', title: 'Invalid', status: 422, detail: 'No such thing', code: 'invalid-request', requestId: 'r1', errors: [{ path: 'a', message: 'must be b' }] }),
    };
    const error = await failureOf(requestJson({ method: 'GET', path: '/' }));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: 'invalid-request', status: 422, message: 'No such thing', requestId: 'r1', errors: [{ path: 'a', message: 'must be b' }] });
  });

  it('that is a page of some proxy is told by its status', async () => {
    answer = { status: 502, type: 'text/html', body: '<h1>Bad Gateway</h1>' };
    expect(await failureOf(requestJson({ method: 'GET', path: '/' }))).toMatchObject({ code: 'unknown', status: 502, requestId: 'from-header' });
  });
});

describe('an absent server', () => {
  it('is told apart from a refusal, with the reason', async () => {
    configureApi({ baseUrl: 'http://127.0.0.1:1' });
    const error = await failureOf(requestJson({ method: 'GET', path: '/' }));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error).toMatchObject({ baseUrl: 'http://127.0.0.1:1', message: expect.stringMatching(/ECONNREFUSED|bad port/) });
  });

  it('is not what an abort is', async () => {
    const controller = new AbortController();
    controller.abort();
    expect(await failureOf(requestJson({ method: 'GET', path: '/', options: { signal: controller.signal } }))).toMatchObject({ name: 'AbortError' });
  });
});
