import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { setTimeout as delay } from 'node:timers/promises';
import { lockDataDir, type DataDirLock } from '../data-dir-lock.ts';
import type { DataPaths } from '../paths.ts';
import { identifyProcess } from '../process-identity.ts';
import type { Say } from '../say.ts';
import { StartupError } from '../startup-error.ts';
import { stopProcess } from '../stop-process.ts';

type Part = 'broker' | 'backend';
/** As long as the supervisor gives each; whoever writes goes first. */
const graceMs: Readonly<Record<Part, number>> = { backend: 15_000, broker: 20_000 };
const upAgainMs = 300_000;

interface Running {
  readonly httpUrl: string;
  readonly tlsCa: string | undefined;
  readonly pids: Readonly<Record<Part, number>>;
}

/** Does something while parts of an installation are down, whether it runs or not: what ran comes up again, and is ready when this resolves. */
export async function whileDown<Result>(paths: DataPaths, parts: readonly Part[], say: Say, work: () => Result): Promise<Result> {
  const lock = tryLock(paths);
  if (lock === undefined) return whilePaused(paths, parts, say, work);
  try {
    return work();
  } finally {
    lock.release();
  }
}

async function whilePaused<Result>(paths: DataPaths, parts: readonly Part[], say: Say, work: () => Result): Promise<Result> {
  const before = readRunning(paths);
  if (before === undefined) throw new StartupError(`${paths.dataDir} is in use but not up yet.`, ['Wait until it is ready, or stop it, and try again.']);
  const holdFiles = parts.map((part) => join(paths.hold, part));
  const present = holdFiles.find((file) => existsSync(file));
  if (present !== undefined) throw new StartupError(`${present} is there: somebody keeps that down already.`, ['Delete the file, wait until it is up again, and try again.']);
  mkdirSync(paths.hold, { recursive: true, mode: 0o700 });
  try {
    for (const file of holdFiles) writeFileSync(file, '', { mode: 0o600 });
    for (const part of parts) {
      say(`stopping the ${part} for a moment …`);
      const process = identifyProcess(before.pids[part]);
      if (process !== undefined) await stopProcess(process, graceMs[part]);
    }
    return work();
  } finally {
    for (const file of holdFiles) rmSync(file, { force: true });
    await untilUpAgain(paths, parts, before, say);
  }
}

async function untilUpAgain(paths: DataPaths, parts: readonly Part[], before: Running, say: Say): Promise<void> {
  if (before.tlsCa !== undefined) setDefaultCACertificates([...getCACertificates('default'), readFileSync(before.tlsCa, 'utf8')]);
  const until = Date.now() + upAgainMs;
  while (!(await isUpAgain(readRunning(paths), parts, before))) {
    if (Date.now() > until) throw new StartupError('What was stopped does not come up again.', [`The logs are in ${paths.logs}.`]);
    await delay(100);
  }
  say('everything is up again');
}

async function isUpAgain(now: Running | undefined, parts: readonly Part[], before: Running): Promise<boolean> {
  if (now === undefined || parts.some((part) => now.pids[part] === before.pids[part] || identifyProcess(now.pids[part]) === undefined)) return false;
  const answer = await fetch(`${now.httpUrl}/health/ready`, { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.status === 200;
}

function tryLock(paths: DataPaths): DataDirLock | undefined {
  try {
    return lockDataDir(paths, 'kanade key');
  } catch (error) {
    if (error instanceof StartupError) return undefined;
    throw error;
  }
}

function readRunning(paths: DataPaths): Running | undefined {
  const value: unknown = existsSync(paths.runtime) ? JSON.parse(readFileSync(paths.runtime, 'utf8')) : undefined;
  if (typeof value !== 'object' || value === null || !('httpUrl' in value) || typeof value.httpUrl !== 'string' || !('pids' in value)) return undefined;
  const { pids } = value;
  if (typeof pids !== 'object' || pids === null || !('broker' in pids) || typeof pids.broker !== 'number' || !('backend' in pids) || typeof pids.backend !== 'number') return undefined;
  const tlsCa = 'tlsCa' in value && typeof value.tlsCa === 'string' ? value.tlsCa : undefined;
  return { httpUrl: value.httpUrl, tlsCa, pids: { broker: pids.broker, backend: pids.backend } };
}
