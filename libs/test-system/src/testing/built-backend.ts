import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestBroker } from '@kanade/messaging/testing';

const main = join(import.meta.dirname, '../../../../apps/backend/dist/main.js');
const consoleDir = join(import.meta.dirname, '../../../../apps/console/dist');

/** The built backend as it runs in production, in a process of its own. */
export interface BuiltBackend {
  readonly url: string;
  readonly pid: number;
  /** What it has logged so far: lines of JSON. */
  logged(): string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<void>;
}

/** The password of the account `admin` of every backend on this broker, in a file of its own. */
export function adminPassword({ dataDir }: TestBroker): { readonly file: string; readonly password: string } {
  const file = join(dataDir, 'admin-password');
  if (!existsSync(file)) writeFileSync(file, `${randomUUID()}-${randomUUID()}\n`, { mode: 0o600 });
  return { file, password: readFileSync(file, 'utf8').trim() };
}

/** The address it says it listens at, in its log; `lines` takes the log. */
async function addressOf(child: ChildProcess, lines: string[]): Promise<string> {
  const { stdout } = child;
  if (stdout === null) throw new Error('the backend has no log');
  const found = new Promise<string>((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      lines.push(line);
      const url = /"url":"(http:[^"]+)"/.exec(line)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the backend ended before it listened:\n${lines.join('\n')}`);
  });
  return Promise.race([found, ended]);
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

export interface BackendOptions {
  /** Another replica's than the broker's own. */
  readonly dataDir?: string;
  readonly environment?: NodeJS.ProcessEnv;
  /** False: resolves when it listens, for one that may never have folded everything. */
  readonly untilReady?: boolean;
}

/** Starts one on a broker that has its keys, and waits until it has folded everything. */
export async function startBuiltBackend(broker: TestBroker, options: BackendOptions = {}): Promise<BuiltBackend> {
  if (!existsSync(main)) throw new Error('the backend is not built; run npm run build first');
  const environment = {
    KANADE_HTTP_PORT: '0',
    KANADE_NATS_URL: broker.url,
    KANADE_DATA_DIR: options.dataDir ?? broker.dataDir,
    KANADE_ADMIN_PASSWORD_FILE: adminPassword(broker).file,
    KANADE_CONSOLE_DIR: consoleDir,
    KANADE_REQUESTS_PER_MINUTE: '1000000',
    ...options.environment,
  };
  const child = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...environment } });
  // A run that dies must not leave backends behind.
  const leave = () => child.kill('SIGKILL');
  process.once('exit', leave);
  child.once('exit', () => process.off('exit', leave));
  const lines: string[] = [];
  const url = await addressOf(child, lines);
  while (options.untilReady !== false && (await fetch(`${url}/health/ready`)).status !== 200) await sleep(100);
  return {
    url,
    pid: child.pid ?? 0,
    logged: () => lines.join('\n'),
    kill: () => end(child, 'SIGKILL'),
    stop: () => end(child, 'SIGTERM'),
  };
}
