import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectCore, findNatsServer, readBrokerPorts } from '@kanade/messaging';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { prepareBroker } from './broker.ts';
import { openDataDir } from './data-dir.ts';
import { dataPaths, root, type DataPaths } from './paths.ts';
import { until } from './stop-process.ts';

const composeSchema = z.strictObject({
  services: z.strictObject({
    broker: z.strictObject({
      image: z.string(),
      network_mode: z.literal('host'),
      user: z.string(),
      working_dir: z.string(),
      command: z.array(z.string()),
      volumes: z.array(z.strictObject({ type: z.literal('bind'), source: z.string(), target: z.string() })),
      stop_grace_period: z.string(),
    }),
  }),
});

let paths: DataPaths;
beforeEach(() => {
  paths = dataPaths(mkdtempSync(join(tmpdir(), 'kanade-compose-')));
  openDataDir(paths);
});
afterEach(() => rmSync(paths.dataDir, { recursive: true }));

/** The broker's service as docker reads it for this data directory. */
function broker() {
  const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8').replaceAll('${KANADE_DATA_DIR:-${PWD}/.kanade}', paths.dataDir);
  return composeSchema.parse(parse(text)).services.broker;
}

describe('docker-compose.yml', () => {
  it('starts a broker on the configuration kanade writes, which lets its administrator in', async () => {
    const natsServer = findNatsServer();
    prepareBroker(paths, { natsServer, host: '127.0.0.1', ports: { nats: 0, webSocket: 0 }, maxFileBytes: 1024 ** 3 });
    const { command, working_dir: cwd } = broker();
    const child = spawn(natsServer, command, { cwd, stdio: 'ignore' });
    const gone = once(child, 'exit');
    try {
      const portsOf = () => (child.pid === undefined ? undefined : readBrokerPorts(paths.dataDir, child.pid));
      await until(() => portsOf() !== undefined || child.exitCode !== null, 20_000);
      const url = portsOf()?.natsUrl ?? '';
      expect(url).toMatch(/^nats:\/\/127\.0\.0\.1:\d+$/);
      await (await connectCore({ url, credsFile: paths.adminCreds, name: 'compose' })).close();
    } finally {
      child.kill('SIGTERM');
      await gone;
    }
  });

  it('shows the container the data directory under its own path, and the very version kanade fetches', () => {
    const { volumes, image } = broker();
    expect(volumes).toEqual([{ type: 'bind', source: paths.dataDir, target: paths.dataDir }]);
    const wanted = /wantedVersion = '([\d.]+)'/.exec(readFileSync(join(root, 'tools/bootstrap/nats-server.mjs'), 'utf8'))?.[1];
    expect(image).toBe(`nats:${wanted ?? ''}-alpine`);
  });
});
