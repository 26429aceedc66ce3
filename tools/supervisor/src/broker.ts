import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { applyBroker, connectCore, createBrokerKeys, createServerKeys, readBrokerPorts, writeBrokerConfig, writeCreds } from '@kanade/messaging';
import type { DataPaths } from './paths.ts';
import type { Ports } from './ports.ts';
import { childEnvironment } from './child-environment.ts';
import { freeBytes, tightBytes } from './disk-space.ts';
import type { ChildPlan } from './supervised-child.ts';
import { StartupError } from './startup-error.ts';
import { until } from './stop-process.ts';
import type { Certificates } from './tls/certificates.ts';

/** What a broker of ours is started with. */
export interface BrokerOptions {
  readonly natsServer: string;
  readonly host: string;
  readonly ports: Pick<Ports, 'nats' | 'webSocket'>;
  readonly maxFileBytes: number;
  readonly certificates?: Certificates | undefined;
}

/** Makes what a broker needs and does not have yet: keys, configuration, credentials; keys are made once and never replaced. */
export function prepareBroker(paths: DataPaths, options: BrokerOptions): { configFile: string } {
  createBrokerKeys(paths.keys);
  createServerKeys(paths.keys);
  const { configFile } = writeBrokerConfig({
    dataDir: paths.dataDir,
    host: options.host,
    natsPort: options.ports.nats,
    wsPort: options.ports.webSocket,
    maxFileBytes: options.maxFileBytes,
    ...(options.certificates === undefined ? {} : { tls: options.certificates }),
  });
  writeCreds(paths.dataDir);
  return { configFile };
}

/** Starts the broker and, once it listens, makes its streams what the table says; `onLine` sees what it prints. */
export function brokerPlan(paths: DataPaths, options: BrokerOptions, url: string, onLine: (line: string) => void): ChildPlan {
  const { configFile } = prepareBroker(paths, options);
  return {
    name: 'the broker',
    logFile: join(paths.logs, 'broker.log'),
    holdFile: join(paths.hold, 'broker'),
    stopGraceMs: 20_000,
    onLine,
    // Without room it starts, and then neither works nor says so.
    obstacle: () => (freeBytes(paths.dataDir) < tightBytes ? `the disk of ${paths.dataDir} is full; make room` : undefined),
    command: () => {
      // A killed broker leaves its ports file, and another process may get its id.
      rmSync(join(paths.broker, 'ports'), { recursive: true, force: true });
      prepareBroker(paths, options);
      return { file: options.natsServer, args: ['-c', configFile], env: childEnvironment() };
    },
    ready: async (pid, signal) => {
      const listens = await until(() => readBrokerPorts(paths.dataDir, pid) !== undefined, 30_000, signal);
      if (!listens) throw new StartupError('the broker does not listen', []);
      await applyStreams(paths, url, options.maxFileBytes);
    },
  };
}

/** Creates and updates all streams and buckets with the administrator's credential. */
export async function applyStreams(paths: DataPaths, url: string, maxFileBytes: number): Promise<void> {
  const admin = await connectCore({ url, credsFile: paths.adminCreds, name: 'supervisor' });
  try {
    await applyBroker(admin, { maxFileBytes });
  } finally {
    await admin.close();
  }
}
