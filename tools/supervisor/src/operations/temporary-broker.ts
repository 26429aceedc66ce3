import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readBrokerPorts } from '@kanade/messaging';
import { prepareBroker } from '../broker.ts';
import { childEnvironment } from '../child-environment.ts';
import { recordChildren, stopLeftovers } from '../leftovers.ts';
import { LogFile } from '../log-file.ts';
import { startOrphanGuard } from '../orphan-guard.ts';
import type { DataPaths } from '../paths.ts';
import { identifyProcess } from '../process-identity.ts';
import { StartupError } from '../startup-error.ts';
import { stopProcess, until } from '../stop-process.ts';

/**
 * Runs a broker on a data directory whose lock the caller holds, on loopback and a free port, for as long as `work` lasts. What a supervisor
 * or an operation that was killed has left running is stopped before, and this broker is written down for those that come after.
 */
export async function withTemporaryBroker<Result>(
  paths: DataPaths,
  options: { readonly natsServer: string; readonly maxFileBytes: number },
  work: (natsUrl: string) => Promise<Result>,
): Promise<Result> {
  await stopLeftovers(paths);
  rmSync(join(paths.broker, 'ports'), { recursive: true, force: true });
  const { configFile } = prepareBroker(paths, { ...options, host: '127.0.0.1', ports: { nats: 0, webSocket: 0 } });
  const log = new LogFile(join(paths.logs, 'broker.log'));
  const guard = startOrphanGuard();
  const child = spawn(options.natsServer, ['-c', configFile], { env: childEnvironment(), detached: process.platform !== 'win32', stdio: ['ignore', 'ignore', 'pipe'] });
  const exit = once(child, 'exit').catch(() => undefined);
  createInterface({ input: child.stderr }).on('line', (line) => log.write(`${line}\n`));
  const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
  try {
    if (identity !== undefined) {
      guard.watch([identity.pid]);
      recordChildren(paths, [identity.pid]);
    }
    await until(() => child.exitCode !== null || (identity !== undefined && readBrokerPorts(paths.dataDir, identity.pid) !== undefined), 30_000);
    const ports = identity === undefined ? undefined : readBrokerPorts(paths.dataDir, identity.pid);
    if (ports === undefined) throw new StartupError('The broker could not be started.', [`It says why in ${log.path}.`]);
    return await work(ports.natsUrl);
  } finally {
    if (identity !== undefined) {
      await stopProcess(identity, 20_000);
      await exit;
    }
    rmSync(paths.children, { force: true });
    guard.release();
    log.close();
  }
}
