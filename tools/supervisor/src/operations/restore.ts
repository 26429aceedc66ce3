import { join } from 'node:path';
import { parseEventSubject } from '@kanade/contracts';
import { applyBroker, connectCore, openCommandQueue, openEventLog, restoreStream, type CoreConnection } from '@kanade/messaging';
import { lockDataDir } from '../data-dir-lock.ts';
import { checkDataVersion, openDataDir } from '../data-dir.ts';
import { brokerBytes, freeBytes } from '../disk-space.ts';
import { dataPaths, type DataPaths } from '../paths.ts';
import { StartupError } from '../startup-error.ts';
import { backedUpStreams, snapshotFile } from './contents.ts';
import type { OperationOptions } from './backup.ts';
import { readManifest, verifyFiles, type BackupManifest } from './backup-manifest.ts';
import { clearFolder, copyPrivately, emptyFolder } from './folders.ts';
import { holdAgents, takeOverAgents } from './take-over-agents.ts';
import { withTemporaryBroker } from './temporary-broker.ts';

/** What a restore made. */
export interface RestoreSummary extends BackupManifest {
  /** Names the new history; positions of the old one are unknown to it. */
  readonly incarnation: string;
  readonly endpoints: number;
  /** Agents that were taken over from the old data directory. */
  readonly agents: number;
}

/** A restore, and where the agents of the old installation are, if they are to live on in the new one. */
export interface RestoreOptions extends OperationOptions {
  readonly agentsOf?: string | undefined;
}

/** Restores a backup into an empty data directory as a new incarnation; a failed one leaves the directory empty. */
export async function restore(options: RestoreOptions): Promise<RestoreSummary> {
  const from = options.agentsOf === undefined ? undefined : dataPaths(options.agentsOf);
  const held = from && (await holdAgents(from));
  try {
    const restored = await restoreServer(options);
    return { ...restored, agents: from === undefined ? 0 : await takeOverAgents(from, dataPaths(options.dataDir)) };
  } finally {
    held?.release();
  }
}

async function restoreServer(options: OperationOptions): Promise<Omit<RestoreSummary, 'agents'>> {
  const { dir, dataDir, version } = options;
  const paths = dataPaths(dataDir);
  const manifest = readManifest(dir);
  options.say('checking the digests …');
  await verifyFiles(dir, manifest);
  await emptyFolder(dataDir, 'A restore needs a new or empty data directory: set --data-dir or KANADE_DATA_DIR, or move the old one away.');
  requireRoom(paths, manifest);
  const lock = lockDataDir(paths, 'kanade restore');
  let done = false;
  try {
    const snapshots = new Set(backedUpStreams.map(snapshotFile));
    for (const { path } of manifest.files) if (!snapshots.has(path)) await copyPrivately(dir, dataDir, path);
    openDataDir(paths);
    checkDataVersion(paths, version);
    const maxFileBytes = brokerBytes(paths);
    const made = await withTemporaryBroker(paths, { natsServer: options.natsServer(), maxFileBytes }, (natsUrl) => fill(paths, options, natsUrl, maxFileBytes));
    done = true;
    return { ...manifest, ...made };
  } finally {
    lock.release();
    if (!done) await clearFolder(dataDir);
  }
}

function requireRoom(paths: DataPaths, manifest: BackupManifest): void {
  const needed = 2 * manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (freeBytes(paths.dataDir) >= needed) return;
  throw new StartupError(`The disk of ${paths.dataDir} has too little room: ${Math.ceil(needed / 1024 / 1024)} MiB are needed.`, ['Make room, or choose another data directory.']);
}

/** Brings the streams back, then makes what is not in a backup: an empty command queue, leases, and a consumer per endpoint. */
async function fill(paths: DataPaths, { dir, say }: OperationOptions, natsUrl: string, maxFileBytes: number): Promise<{ incarnation: string; endpoints: number }> {
  const admin = await connectCore({ url: natsUrl, credsFile: paths.adminCreds, name: 'restore' });
  try {
    for (const stream of backedUpStreams) {
      const { messages } = await restoreStream(admin, stream, join(dir, snapshotFile(stream)));
      say(`${stream}: ${messages} messages`);
    }
    await applyBroker(admin, { maxFileBytes });
    const log = await openEventLog(admin);
    const endpoints = await enrolledEndpoints(admin);
    await openCommandQueue(admin).ensureConsumers(endpoints);
    return { incarnation: log.incarnation, endpoints: endpoints.length };
  } finally {
    await admin.close();
  }
}

/** Every endpoint the history has an enrolment of; its control subject begins with nothing else. */
async function enrolledEndpoints(admin: CoreConnection): Promise<string[]> {
  const log = await openEventLog(admin);
  const found = new Set<string>();
  for await (const batch of log.read({ from: 1 })) {
    for (const { subject } of batch) {
      const parts = parseEventSubject(subject);
      if (parts?.kind === 'control' && parts.aggregate === 'endpoint') found.add(parts.id);
    }
  }
  return [...found];
}
