import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { connectCore, snapshotStream } from '@kanade/messaging';
import type { BrokerAccess } from '../agent-identity.ts';
import { dataPaths, type DataPaths } from '../paths.ts';
import type { Say } from '../say.ts';
import { StartupError } from '../startup-error.ts';
import { backedUpFiles, backedUpStreams, snapshotFile } from './contents.ts';
import { backupFormat, describeFile, writeManifest, type BackupManifest } from './backup-manifest.ts';
import { clearFolder, copyPrivately, emptyFolder, listFiles } from './folders.ts';
import { withBroker } from './with-broker.ts';

/** What an operation on an installation is given. */
export interface OperationOptions {
  readonly dataDir: string;
  /** The backup's folder. */
  readonly dir: string;
  readonly version: string;
  readonly say: Say;
  /** Asked for only where a broker has to be started. */
  readonly natsServer: () => string;
}

/** Writes a backup of an installation, running or not, into an empty folder; a failed one leaves the folder empty. */
export async function backup(options: OperationOptions): Promise<BackupManifest> {
  const paths = dataPaths(options.dataDir);
  if (!existsSync(paths.adminCreds)) throw new StartupError(`${paths.dataDir} holds no kanade.`, ['Name its data directory with --data-dir or KANADE_DATA_DIR.']);
  await emptyFolder(options.dir, 'A backup goes into a new or empty folder.');
  try {
    return await withBroker(paths, { ...options, name: 'kanade backup' }, (broker) => write(paths, options, broker));
  } catch (error) {
    await clearFolder(options.dir);
    throw error;
  }
}

async function write(paths: DataPaths, { dir, version, say }: OperationOptions, { url, ca }: BrokerAccess): Promise<BackupManifest> {
  const createdAt = new Date().toISOString();
  await mkdir(join(dir, 'streams'), { mode: 0o700 });
  const streams: BackupManifest['streams'] = [];
  const admin = await connectCore({ url, ca, credsFile: paths.adminCreds, name: 'backup' });
  try {
    for (const stream of backedUpStreams) {
      const { messages, lastSequence, bytes } = await snapshotStream(admin, stream, join(dir, snapshotFile(stream)));
      streams.push({ stream, messages, lastSequence, bytes });
      say(`${stream}: ${messages} messages, ${(bytes / 1024 / 1024).toFixed(1)} MiB`);
    }
  } finally {
    await admin.close();
  }
  const copied = await listFiles(paths.dataDir, backedUpFiles);
  for (const path of copied) await copyPrivately(paths.dataDir, dir, path);
  const files = [];
  for (const path of [...backedUpStreams.map(snapshotFile), ...copied]) files.push(await describeFile(dir, path));
  const manifest = { format: backupFormat, version, createdAt, streams, files };
  writeManifest(dir, manifest);
  return manifest;
}
