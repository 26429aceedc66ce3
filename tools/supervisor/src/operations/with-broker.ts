import { existsSync, readFileSync } from 'node:fs';
import type { BrokerAccess } from '../agent-identity.ts';
import { lockDataDir, type DataDirLock } from '../data-dir-lock.ts';
import { brokerBytes } from '../disk-space.ts';
import type { DataPaths } from '../paths.ts';
import { StartupError } from '../startup-error.ts';
import { withTemporaryBroker } from './temporary-broker.ts';

interface BrokerOptions {
  /** Who holds the data directory meanwhile. */
  readonly name: string;
  /** Asked for only where a broker has to be started. */
  readonly natsServer: () => string;
}

/** The broker that runs, or one of our own when none does. */
export async function withBroker<Result>(paths: DataPaths, options: BrokerOptions, work: (broker: BrokerAccess) => Promise<Result>): Promise<Result> {
  const lock = tryLock(paths, options.name);
  if (lock === undefined) return work(runningBroker(paths));
  try {
    return await withTemporaryBroker(paths, { natsServer: options.natsServer(), maxFileBytes: brokerBytes(paths) }, (url) => work({ url, ca: null }));
  } finally {
    lock.release();
  }
}

function tryLock(paths: DataPaths, name: string): DataDirLock | undefined {
  try {
    return lockDataDir(paths, name);
  } catch (error) {
    if (error instanceof StartupError) return undefined;
    throw error;
  }
}

function runningBroker(paths: DataPaths): BrokerAccess {
  const runtime: unknown = existsSync(paths.runtime) ? JSON.parse(readFileSync(paths.runtime, 'utf8')) : undefined;
  if (typeof runtime === 'object' && runtime !== null && 'natsUrl' in runtime && typeof runtime.natsUrl === 'string') {
    const ca = 'tlsCa' in runtime && typeof runtime.tlsCa === 'string' ? readFileSync(runtime.tlsCa, 'utf8') : null;
    return { url: runtime.natsUrl, ca };
  }
  throw new StartupError(`${paths.dataDir} is in use but not up yet.`, ['Wait until it is ready, or stop it, and try again.']);
}
