import { createServer, type Server } from 'node:http';
import { ApiError, configureApi, createExecution } from '@kanade/api-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Profile } from '../config/profile.ts';
import { runExecution } from './run-execution.ts';

let server: Server;
let printed: string[];
const command = { log: (line = '') => void printed.push(line) };
let profile: Profile;
/** Resolves when the live connection has been refused. */
let refused: PromiseWithResolvers<undefined>;
const keys: (string | undefined)[] = [];
/** Breaks off this many requests after they were read, as a backend does that is killed before it answers. */
let broken: number;

beforeEach(async () => {
  keys.length = 0;
  broken = 0;
  refused = Promise.withResolvers();
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      keys.push(request.headers['idempotency-key']?.toString());
      broken -= 1;
      if (broken >= 0) request.socket.destroy();
      else response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ executionId: 'x1', targetCount: 1, position: '00000000:1', approvalUntil: null }));
    });
  });
  server.on('upgrade', (_request, socket) => {
    socket.on('close', () => refused.resolve(undefined));
    socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}`;
  profile = { name: 'test', url, token: 'kanade_t' };
  configureApi({ baseUrl: url, token: 'kanade_t' });
  printed = [];
});
afterEach(() => {
  server.close();
  vi.restoreAllMocks();
});

const create = (headers: Record<string, string>) => createExecution({ targets: { kind: 'all' }, what: { kind: 'job', jobId: 'hello' } }, { headers });

describe('starting an execution', () => {
  it('asks again with the same key when the answer was lost, and says so', async () => {
    broken = 2;
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    await runExecution(command, profile, { detach: true }, create);
    expect(printed).toEqual(['x1']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toBeTruthy();
    expect(said.mock.calls.join('')).toMatch(/trying again for up to 30 s/);
  });

  it('fails with the reason alone when neither the live connection nor the request is let in', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    const denied = new ApiError({ code: 'not-signed-in', status: 401, message: 'The token has expired.' });
    const run = runExecution(command, profile, {}, async () => {
      await refused.promise;
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      throw denied;
    });
    await expect(run).rejects.toBe(denied);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('tells that the sign-in is no longer good when only the live connection is refused', async () => {
    const run = runExecution(command, profile, {}, async (headers) => {
      await refused.promise;
      return create(headers);
    });
    await expect(run).rejects.toMatchObject({ exitCode: 4, code: 'not-signed-in' });
  });
});
