import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { configureApi } from '@kanade/api-client';
import { findNatsServer } from '@kanade/messaging';

const root = join(import.meta.dirname, '../../../..');

/** The command line as it is built, as a program for the measured Node. */
export const cli = join(root, 'apps/cli/bin/kanade.mjs');

/** A whole kanade of its own: broker, backend and the agent of this machine. */
export interface TemporaryInstallation {
  readonly dataDir: string;
  /** What a `kanade` command needs to be signed in to it. */
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** Starts one in a temporary folder as `npm start` does, on free ports, with as many simulated endpoints; resolves when its first job has run. */
export async function startInstallation(endpoints = 0): Promise<TemporaryInstallation> {
  const folder = mkdtempSync(join(tmpdir(), 'kanade-bench-'));
  const dataDir = join(folder, 'data');
  const env = { ...process.env, KANADE_NATS_SERVER: findNatsServer(), KANADE_DATA_DIR: dataDir, KANADE_HTTP_PORT: '0', KANADE_NATS_PORT: '0', NO_COLOR: '1' };
  const args = ['--conditions=@kanade/source', '--disable-warning=ExperimentalWarning', join(root, 'tools/supervisor/src/main.ts'), '--endpoints', String(endpoints)];
  process.stderr.write('starting a temporary installation …\n');
  // Its standard error is where it talks, and where it says why it cannot start.
  const supervisor = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(supervisor, 'close');
  const said: string[] = [];
  supervisor.stderr.on('data', (bytes: Buffer) => void said.push(bytes.toString('utf8')));
  const stop = async () => {
    supervisor.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  const ready = new Promise<true>((resolve) => {
    createInterface({ input: supervisor.stdout }).on('line', (line) => {
      if (line.startsWith('ready')) resolve(true);
    });
  });
  const started = await Promise.race([ready, ended.then(() => false)]);
  if (!started) {
    await stop();
    throw new Error(`the installation did not start:\n${said.join('')}`);
  }
  return { dataDir, env, stop };
}

/** Starts an installation for as long as a measurement takes. */
export async function withInstallation<Result>(measure: (installation: TemporaryInstallation) => Promise<Result>, endpoints = 0): Promise<Result> {
  const installation = await startInstallation(endpoints);
  try {
    return await measure(installation);
  } finally {
    await installation.stop();
  }
}

/** A JSON file of its data directory; throws unless it holds an object. */
function readObject({ dataDir }: TemporaryInstallation, file: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(readFileSync(join(dataDir, file), 'utf8'));
  if (typeof value !== 'object' || value === null) throw new Error(`${file} holds no object`);
  return { ...value };
}

/** The first process id in `runtime.json` that belongs to an agent: the real one. */
export function agentPid(installation: TemporaryInstallation): number {
  const { pids } = readObject(installation, 'runtime.json');
  const agents: unknown = typeof pids === 'object' && pids !== null && 'agents' in pids ? pids.agents : undefined;
  const pid: unknown = Array.isArray(agents) ? agents[0] : undefined;
  if (typeof pid !== 'number') throw new Error('runtime.json names no agent');
  return pid;
}

/** Signs this process in as the command line is; returns the console's address and the administrator's password. */
export function signIn(installation: TemporaryInstallation): { readonly url: string; readonly password: string } {
  const { url, token } = readObject(installation, 'profiles/local.json');
  if (typeof url !== 'string' || typeof token !== 'string') throw new Error('profiles/local.json names no address or token');
  configureApi({ baseUrl: url, token });
  return { url, password: readFileSync(join(installation.dataDir, 'admin-password'), 'utf8').trim() };
}
