import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataPaths } from './paths.ts';
import { choosePorts } from './ports.ts';
import { readSettings } from './settings.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kanade-ports-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const settings = (extra: Record<string, string>) => readSettings([], { KANADE_NATS_SERVER: 'nats-server', KANADE_DATA_DIR: dir, KANADE_HTTP_PORT: '0', KANADE_NATS_PORT: '0', ...extra });

describe('the ports', () => {
  it('are free ones that stay the same from start to start, as agents know them', async () => {
    const first = await choosePorts(settings({}), dataPaths(dir));
    expect(new Set(Object.values(first)).size).toBe(3);
    expect(await choosePorts(settings({}), dataPaths(dir))).toEqual(first);
  });

  it('that are taken are named with the way out, or left for others when any would do', async () => {
    const first = await choosePorts(settings({}), dataPaths(dir));
    const taken = createServer().listen(first.http, '127.0.0.1');
    await once(taken, 'listening');
    try {
      await expect(choosePorts(settings({ KANADE_HTTP_PORT: String(first.http) }), dataPaths(dir))).rejects.toMatchObject({
        message: `Port ${first.http} on 127.0.0.1 is taken by another program.`,
        advice: [expect.stringContaining('KANADE_HTTP_PORT=<port> npm start')],
      });
      expect((await choosePorts(settings({}), dataPaths(dir))).http).not.toBe(first.http);
    } finally {
      taken.close();
    }
  });
});
