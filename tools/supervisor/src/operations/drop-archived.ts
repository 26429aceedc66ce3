import { existsSync } from 'node:fs';
import { ArchiveReader, readSeals, sealFault, type StoredSeal } from '@kanade/archive';
import { parsePosition } from '@kanade/contracts';
import { connectCore, dropPrefix, openEventLog, type EventLog } from '@kanade/messaging';
import type { PublicSigningKey } from '@kanade/proof';
import { dataPaths } from '../paths.ts';
import type { Say } from '../say.ts';
import { StartupError } from '../startup-error.ts';
import { validCheckpointKeys } from './checkpoint-keys.ts';
import { withBroker } from './with-broker.ts';

export interface DropOptions {
  readonly dataDir: string;
  readonly archiveDir: string;
  /** A position; as much as is sealed when undefined. */
  readonly through: string | undefined;
  /** So many of the newest events stay in the broker. */
  readonly keep: number;
  readonly say: Say;
  readonly natsServer: () => string;
}

export interface DropSummary {
  readonly incarnation: string;
  /** Events that are no longer in the broker. */
  readonly dropped: number;
  /** The first position the broker holds now. */
  readonly first: number;
}

/** Drops from the broker what a seal in the archive covers; throws StartupError where none holds, and before anything was changed. */
export async function dropArchived(options: DropOptions): Promise<DropSummary> {
  const paths = dataPaths(options.dataDir);
  if (!existsSync(paths.adminCreds)) throw new StartupError(`${paths.dataDir} holds no kanade.`, ['Name its data directory with --data-dir or KANADE_DATA_DIR.']);
  return withBroker(paths, { name: 'kanade event archive drop', natsServer: options.natsServer }, async ({ url, ca }) => {
    const admin = await connectCore({ url, ca, credsFile: paths.adminCreds, name: 'archive drop' });
    try {
      const log = await openEventLog(admin);
      const boundary = await boundaryOf(log, options);
      const stored = coveringSeal(log.incarnation, boundary, options);
      options.say(`checking the seal through ${stored.seal.size} and its ${stored.seal.segments.length} segments …`);
      await requireSeal(log, stored, boundary, { ...options, keys: validCheckpointKeys(paths) });
      const { dropped, firstSequence } = await dropPrefix(admin, boundary);
      return { incarnation: log.incarnation, dropped, first: firstSequence };
    } finally {
      await admin.close();
    }
  });
}

/** The last position to drop: never one of the newest that are to stay. */
async function boundaryOf(log: EventLog, { archiveDir, through, keep }: DropOptions): Promise<number> {
  const sealed = readSeals(archiveDir, log.incarnation).at(-1)?.seal.size;
  if (sealed === undefined) throw new StartupError(`${archiveDir} has no seal of history ${log.incarnation}.`, ['Seal it first: kanade event archive seal.', 'Or name the right archive with --archive-dir or KANADE_ARCHIVE_DIR.']);
  const last = await log.lastSequence();
  const most = Math.min(sealed, last - keep);
  if (through === undefined) {
    if (most < 1) throw new StartupError(`There is nothing to drop: the broker holds events up to ${last}, and ${keep} of them stay.`, ['Name fewer with --keep.']);
    return most;
  }
  const wanted = parsePosition(through);
  if (wanted?.incarnation !== log.incarnation) throw new StartupError(`${through} is no position of this history, ${log.incarnation}.`, ['kanade event archive list shows how far it is sealed.']);
  if (wanted.sequence > sealed) throw new StartupError(`The archive is sealed through ${sealed} only.`, [`Seal more first: kanade event archive seal --through ${through}.`]);
  if (wanted.sequence > most) throw new StartupError(`The broker holds events up to ${last}, and ${keep} of them stay: at most ${Math.max(most, 0)} can be dropped.`, ['Name fewer with --keep.']);
  return wanted.sequence;
}

function coveringSeal(incarnation: string, boundary: number, { archiveDir }: DropOptions): StoredSeal {
  const stored = readSeals(archiveDir, incarnation).find(({ seal }) => seal.size >= boundary);
  if (stored === undefined) throw new StartupError(`No seal in ${archiveDir} covers position ${boundary}.`, ['Seal it first: kanade event archive seal.']);
  return stored;
}

async function requireSeal(log: EventLog, stored: StoredSeal, boundary: number, { archiveDir, keys }: { readonly archiveDir: string; readonly keys: readonly PublicSigningKey[] }): Promise<void> {
  const fault = stored.seal.incarnation === log.incarnation ? sealFault(archiveDir, stored, keys) : `it is of history ${stored.seal.incarnation}`;
  if (fault !== undefined) throw new StartupError(`The seal through ${stored.seal.size} does not hold: ${fault}.`, ['Nothing was dropped. See what is wrong with: kanade event archive verify', 'If the archive is sound, seal it again: kanade event archive seal.']);
  const [archived, held] = [new ArchiveReader(archiveDir, log.incarnation).get(boundary), await log.get(boundary)];
  const isSame = archived !== undefined && (held === undefined || Buffer.compare(archived.body, held.body) === 0);
  if (!isSame) throw new StartupError(`Event ${boundary} is another one in the archive than in the broker.`, ['Nothing was dropped. See what is wrong with: kanade event archive verify']);
}
