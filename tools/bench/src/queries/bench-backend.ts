import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { configureApi, createSessionToken } from '@kanade/api-client';
import type { TestBroker } from '@kanade/messaging/testing';

const main = join(import.meta.dirname, '../../../../apps/backend/dist/main.js');

/** The built backend as it runs in production, in a process of its own. */
export interface BenchBackend {
  stop(): Promise<void>;
}

/** The address it says it listens at, in its log. */
async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the backend has no log');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /"url":"(http:[^"]+)"/.exec(line)?.[1];
    if (url !== undefined) {
      child.stdout.resume();
      return url;
    }
  }
  throw new Error('the backend ended before it listened');
}

/** Starts a backend on a broker that has its keys, waits until it has folded everything, and signs the API client in to it. */
export async function startBenchBackend(broker: TestBroker): Promise<BenchBackend> {
  if (!existsSync(main)) throw new Error('the backend is not built; run npm run build first');
  const password = `${randomUUID()}-${randomUUID()}`;
  const passwordFile = join(broker.dataDir, 'admin-password');
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const environment = { KANADE_HTTP_PORT: '0', KANADE_NATS_URL: broker.url, KANADE_DATA_DIR: broker.dataDir, KANADE_ADMIN_PASSWORD_FILE: passwordFile, KANADE_REQUESTS_PER_MINUTE: '1000000' };
  const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...environment } });
  process.once('exit', () => child.kill('SIGKILL'));
  const baseUrl = await addressOf(child);
  while ((await fetch(`${baseUrl}/health/ready`)).status !== 200) await sleep(200);
  configureApi({ baseUrl });
  const { token } = await createSessionToken({ username: 'admin', password, name: 'bench' });
  configureApi({ baseUrl, token });
  return {
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
