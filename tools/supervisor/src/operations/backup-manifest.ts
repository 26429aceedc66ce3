import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { writePrivateFile } from '@kanade/messaging';
import { z } from 'zod';
import { StartupError } from '../startup-error.ts';

/** Grows when an older kanade could no longer restore a backup. */
export const backupFormat = 1;

const manifestName = 'backup.json';
const digest = z.string().regex(/^[0-9a-f]{64}$/);

const backupManifestSchema = z.object({
  format: z.int().positive(),
  version: z.string(),
  createdAt: z.iso.datetime(),
  streams: z.array(z.object({ stream: z.string(), messages: z.number(), lastSequence: z.number(), bytes: z.number() })),
  /** Every other file of the backup, by its path with `/`. */
  files: z.array(z.object({ path: z.string(), bytes: z.int().nonnegative(), sha256: digest })),
});
/** What a backup holds, with the digest of every file. */
export type BackupManifest = z.infer<typeof backupManifestSchema>;
export type BackupFile = BackupManifest['files'][number];

/** Describes a file of a backup. */
export async function describeFile(dir: string, path: string): Promise<BackupFile> {
  const file = join(dir, path);
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return { path, bytes: (await stat(file)).size, sha256: hash.digest('hex') };
}

/** Writes the manifest; a folder without one is no backup, so it is written last. */
export function writeManifest(dir: string, manifest: BackupManifest): void {
  writePrivateFile(join(dir, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Reads a backup's manifest; throws StartupError for a folder that is none, or one of a newer kanade. */
export function readManifest(dir: string): BackupManifest {
  const file = join(dir, manifestName);
  if (!existsSync(file)) throw new StartupError(`${dir} holds no complete backup: ${manifestName} is missing.`, ['Name the folder that kanade backup wrote.']);
  const parsed = backupManifestSchema.safeParse(parseJson(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new StartupError(`${file} is damaged.`, ['Restore from another backup.'], parsed.error);
  const manifest = parsed.data;
  if (manifest.format > backupFormat) {
    throw new StartupError(`This backup was made by kanade ${manifest.version}, which is newer than this one.`, ['Restore it with that version or a later one.']);
  }
  return manifest;
}

/** Compares every file with its digest, before anything is restored from it; throws StartupError that names what differs. */
export async function verifyFiles(dir: string, manifest: BackupManifest): Promise<void> {
  const wrong: string[] = [];
  for (const known of manifest.files) {
    if (isAbsolute(known.path) || normalize(known.path).startsWith('..')) throw new StartupError(`The backup names a file outside itself: ${known.path}.`, ['Do not use it.']);
    const found = await describeFile(dir, known.path).catch(() => undefined);
    if (found?.sha256 !== known.sha256) wrong.push(known.path);
  }
  if (wrong.length === 0) return;
  throw new StartupError('The backup is damaged; nothing was restored. These files are missing or changed:', wrong.slice(0, 20));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
