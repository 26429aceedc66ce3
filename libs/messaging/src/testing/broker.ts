import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { openSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { applyBroker } from '../broker/apply.ts';
import { readBrokerPorts, writeBrokerConfig } from '../broker/config.ts';
import { writeCreds } from '../broker/creds.ts';
import type { BrokerPorts } from '../broker/types.ts';
import { connectCore } from '../core/connection.ts';
import { findNatsServer } from '../broker/find-nats-server.ts';

/** A real broker of its own for one test file. */
export interface TestBroker {
  readonly url: string;
  readonly wsUrl: string;
  readonly dataDir: string;
  readonly keysDir: string;
  readonly adminCreds: string;
  readonly backendCreds: string;
  readonly sysCreds: string;
  readonly maxFileBytes: number;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, as an administrator stops it, upon which it notes what it has and believes that at its next start. Resolves when it is gone. */
  halt(): Promise<void>;
  /** Starts it again on the same ports and data (after kill or halt), configured for the keys it finds. */
  restart(): Promise<void>;
  /** Makes the data directory of one more replica of the backend, with the keys an administrator would give it. */
  replicaDirectory(): string;
  /** Stops it and removes its data, and the directories of replicas. */
  stop(): Promise<void>;
}

async function start(configFile: string, dataDir: string): Promise<{ child: ChildProcess; ports: BrokerPorts }> {
  const log = join(dataDir, 'broker', 'log');
  const fd = openSync(log, 'a', 0o600);
  const child = spawn(findNatsServer(), ['-c', configFile], { stdio: ['ignore', fd, fd] });
  closeSync(fd);
  // A test run that dies must not leave brokers behind.
  const leave = () => child.kill('SIGKILL');
  process.once('exit', leave);
  child.once('exit', () => process.off('exit', leave));
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) break;
    const ports = child.pid === undefined ? undefined : readBrokerPorts(dataDir, child.pid);
    if (ports !== undefined) return { child, ports };
    await sleep(5);
  }
  child.kill('SIGKILL');
  throw new Error(`nats-server did not start:\n${readFileSync(log, 'utf8')}`);
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

const portOf = (url: string): number => Number(new URL(url).port);

/** Starts nats-server with kanade's own configuration, accounts, credentials and streams in a temporary directory. */
export async function startTestBroker(options: {
  maxFileBytes?: number;
  /** The certificate must name localhost. */
  tls?: { certFile: string; keyFile: string; caFile: string };
} = {}): Promise<TestBroker> {
  const maxFileBytes = options.maxFileBytes ?? 2 * 1024 ** 3;
  const dataDir = mkdtempSync(join(tmpdir(), 'kanade-broker-'));
  const { tls } = options;
  const config = { dataDir, host: '127.0.0.1', natsPort: 0, wsPort: 0, maxFileBytes, ...(tls === undefined ? {} : { tls }) };
  const { configFile } = writeBrokerConfig(config);
  const creds = writeCreds(dataDir);
  let { child, ports } = await start(configFile, dataDir);
  // From now on the same ports, so that clients find it again.
  const settled = { ...config, natsPort: portOf(ports.natsUrl), wsPort: portOf(ports.wsUrl) };
  writeBrokerConfig(settled);
  const url = tls === undefined ? ports.natsUrl : `tls://localhost:${portOf(ports.natsUrl)}`;
  const admin = await connectCore({ url, credsFile: creds.admin, name: 'test setup', ca: tls === undefined ? null : readFileSync(tls.caFile, 'utf8') });
  await applyBroker(admin, { maxFileBytes });
  await admin.close();
  const replicas: string[] = [];
  return {
    url: ports.natsUrl,
    wsUrl: ports.wsUrl,
    dataDir,
    keysDir: join(dataDir, 'keys'),
    adminCreds: creds.admin,
    backendCreds: creds.backend,
    sysCreds: creds.sys,
    maxFileBytes,
    kill: () => end(child, 'SIGKILL'),
    halt: () => end(child, 'SIGTERM'),
    restart: async () => {
      await end(child, 'SIGKILL');
      // With the keys of today, as the supervisor does it.
      writeBrokerConfig(settled);
      writeCreds(dataDir);
      ({ child, ports } = await start(configFile, dataDir));
    },
    replicaDirectory: () => {
      const directory = mkdtempSync(join(tmpdir(), 'kanade-replica-'));
      for (const name of ['keys', 'creds']) cpSync(join(dataDir, name), join(directory, name), { recursive: true });
      replicas.push(directory);
      return directory;
    },
    stop: async () => {
      await end(child, 'SIGTERM');
      for (const directory of [dataDir, ...replicas]) rmSync(directory, { recursive: true, force: true });
    },
  };
}
