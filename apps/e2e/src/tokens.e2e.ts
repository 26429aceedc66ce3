import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Installation } from './installation.ts';

const madeSchema = z.object({ token: z.string(), tokenId: z.string() });
const listSchema = z.object({ items: z.array(z.object({ tokenId: z.string(), name: z.string(), lastUsedAt: z.string().nullable() })) });

describe('a token for a pipeline', () => {
  let kanade: Installation;
  let made: z.infer<typeof madeSchema>;

  beforeAll(async () => {
    kanade = await Installation.start();
    made = await kanade.json(madeSchema, 'token', 'create', 'nightly', '--scope', 'job:run:hello@site:default', '--scope', 'read@site:default');
  });
  afterAll(() => kanade.discard());

  const inPipeline = (...args: string[]) => kanade.cliElsewhere({ KANADE_URL: kanade.runtime.httpUrl, KANADE_TOKEN: made.token }, '', ...args);

  it('runs the job it is for and reads what came of it', async () => {
    expect(await inPipeline('job', 'run', 'hello', '--all')).toMatchObject({ code: 0 });
  });

  it('does nothing else, and says which scope it would take', async () => {
    expect(await inPipeline('run', '--all', '--', 'id')).toMatchObject({ code: 1, stderr: expect.stringContaining('scope') });
    expect(await inPipeline('token', 'create', 'more', '--all-scopes')).toMatchObject({ code: 1 });
    expect(await inPipeline('status')).toMatchObject({ code: 1 });
  });

  it('is listed with its last use, and is in no file or log of the installation', async () => {
    const { items } = await kanade.json(listSchema, 'token', 'list', '--all');
    expect(items.find(({ tokenId }) => tokenId === made.tokenId)).toMatchObject({ name: 'nightly', lastUsedAt: expect.any(String) });
    const files = readdirSync(kanade.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => readFileSync(file).includes(made.token))).toEqual([]);
  });

  it('ends when it is revoked', async () => {
    expect(await kanade.cli('token', 'revoke', made.tokenId)).toMatchObject({ code: 0 });
    expect(await inPipeline('endpoint', 'list')).toMatchObject({ code: 4, stderr: expect.stringContaining('token') });
  });

  it('needs scopes that there are', async () => {
    expect(await kanade.cli('token', 'create', 'none')).toMatchObject({ code: 2, stderr: expect.stringContaining('--scope') });
    expect(await kanade.cli('token', 'create', 'odd', '--scope', 'everything')).toMatchObject({ code: 2, stderr: expect.stringContaining('scopes.0') });
    expect(await kanade.cli('token', 'create', 'far', '--scope', 'read@site:mars')).toMatchObject({ code: 2, stderr: expect.stringContaining('mars') });
  });

  it('of the command line ends with logout, and its profile with it', async () => {
    const home = { HOME: kanade.dataDir, XDG_CONFIG_HOME: join(kanade.dataDir, 'elsewhere') };
    const own = await kanade.json(madeSchema, 'token', 'create', 'mine', '--all-scopes');
    expect(await kanade.cliElsewhere(home, own.token, 'login', '--url', kanade.runtime.httpUrl, '--with-token')).toMatchObject({ code: 0 });
    expect(await kanade.cliElsewhere(home, '', 'logout')).toMatchObject({ code: 0 });
    expect(await kanade.cliElsewhere(home, '', 'status')).toMatchObject({ code: 4 });
    const { items } = await kanade.json(listSchema, 'token', 'list');
    expect(items.some(({ tokenId }) => tokenId === own.tokenId)).toBe(false);
  });
});
