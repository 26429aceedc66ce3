import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ArchiveReader, ArchiveWriter } from '@kanade/archive';
import { checkpointSchema, type Checkpoint } from '@kanade/contracts';
import { applyBroker, connectCore, newIncarnation, openEventLog, remakeEvents, writePrivateFile, type CoreConnection, type EventLog } from '@kanade/messaging';
import { z } from 'zod';
import { lockDataDir } from '../data-dir-lock.ts';
import { brokerBytes } from '../disk-space.ts';
import { dataPaths, type DataPaths } from '../paths.ts';
import type { Say } from '../say.ts';
import { StartupError } from '../startup-error.ts';
import { checkpointKeysOf } from './checkpoint-keys.ts';
import { surveyRecord, walkRecord, type Survey } from './survey-record.ts';
import { withTemporaryBroker } from './temporary-broker.ts';

export interface RecoverOptions {
  readonly dataDir: string;
  readonly archiveDir: string;
  /** Where checkpoints are written; below the data directory when undefined. */
  readonly checkpointFile: string | undefined;
  /** Make a history without what lies behind events that are nowhere. */
  readonly discard: boolean;
  /** Look, and change nothing. */
  readonly dryRun: boolean;
  readonly say: Say;
  readonly natsServer: () => string;
}

/** What there was, what is kept of it, and what came of it. */
export interface RecoverSummary extends Survey {
  /** The new history; null where nothing was to be recovered, or nothing was to be changed. */
  readonly recovered: string | null;
}

const noteSchema = z.strictObject({ incarnation: z.string(), before: z.string(), kept: z.int() });
/** Written before the stream goes: whoever finds it finishes what was begun. */
type Note = z.infer<typeof noteSchema>;

/** Makes one sound history of what archive and stream hold together, while nothing else runs; throws StartupError before anything was changed. */
export async function recover(options: RecoverOptions): Promise<RecoverSummary> {
  const paths = dataPaths(options.dataDir);
  if (!existsSync(paths.adminCreds)) throw new StartupError(`${paths.dataDir} holds no kanade.`, ['Name its data directory with --data-dir or KANADE_DATA_DIR.']);
  const lock = lockDataDir(paths, 'kanade event recover');
  try {
    const maxFileBytes = brokerBytes(paths);
    return await withTemporaryBroker(paths, { natsServer: options.natsServer(), maxFileBytes }, async (url) => {
      const admin = await connectCore({ url, credsFile: paths.adminCreds, name: 'recover' });
      try {
        await finishEarlier(admin, paths, maxFileBytes, options.say);
        return await recoverFrom(admin, paths, maxFileBytes, options);
      } finally {
        await admin.close();
      }
    });
  } finally {
    lock.release();
  }
}

async function recoverFrom(admin: CoreConnection, paths: DataPaths, maxFileBytes: number, options: RecoverOptions): Promise<RecoverSummary> {
  const { archiveDir, say, dryRun } = options;
  const log = await openEventLog(admin);
  const archive = new ArchiveReader(archiveDir, log.incarnation);
  say('reading archive and stream …');
  const survey = await surveyRecord({ archive, log, checkpoints: readCheckpoints(options), keys: checkpointKeysOf(paths), readModelDir: join(paths.dataDir, 'backend') });
  if (survey.contradiction !== null) {
    throw new StartupError(`What is kept is not what was signed: ${survey.contradiction}.`, ['Nothing was changed. Restore a backup instead: kanade restore.']);
  }
  if (!survey.needed || dryRun) return { ...survey, recovered: null };
  requireNothingBehind(survey, options);
  const note = { incarnation: newIncarnation(), before: log.incarnation, kept: survey.kept };
  await archiveAll(archive, log, note, { archiveDir, soundThrough: survey.archivedThrough });
  writePrivateFile(paths.recovery, JSON.stringify(note));
  await finish(admin, paths, note, maxFileBytes);
  return { ...survey, recovered: note.incarnation };
}

/** Why what is still there cannot be kept, in English. */
export function whyNotKept({ kept, behindGap }: Pick<Survey, 'kept' | 'behindGap'>): string | undefined {
  if (behindGap === null) return undefined;
  const { first, last } = behindGap;
  return first === kept + 1
    ? `The broker’s events ${first} to ${last} follow others than the archive has`
    : `Events ${kept + 1} to ${first - 1} are nowhere, and others lie behind them, up to ${last}`;
}

/** A gap that nothing fills may be a wrong directory, or filled by a backup: what lies behind it goes only when somebody says so. */
function requireNothingBehind(survey: Survey, { discard }: RecoverOptions): void {
  const reason = whyNotKept(survey);
  if (reason === undefined || discard) return;
  throw new StartupError(`${reason}: those would be lost.`, [
    'Is this the right archive? Name another with --archive-dir.',
    'A backup may have what is missing: kanade restore.',
    'To go on without all of that: kanade event recover --discard-behind-gap',
  ]);
}

/** The new history's part of the archive: everything behind what the old one's files have without a fault. They stay as they are. */
async function archiveAll(archive: ArchiveReader, log: EventLog, { incarnation, before, kept }: Note, { archiveDir, soundThrough }: { readonly archiveDir: string; readonly soundThrough: number }): Promise<void> {
  const writer = new ArchiveWriter({ root: archiveDir, incarnation, continues: { incarnation: before, through: soundThrough } });
  try {
    for await (const { messages } of walkRecord(archive, log, soundThrough + 1)) {
      const wanted = messages.filter(({ sequence }) => sequence <= kept);
      if (wanted.length > 0) writer.append(wanted);
    }
    if (writer.last !== kept) throw new StartupError(`The archive could be written up to ${writer.last} only, not to ${kept}.`, ['Nothing was changed in the broker; try again.']);
  } finally {
    writer.close();
  }
}

async function finish(admin: CoreConnection, paths: DataPaths, { incarnation, before, kept }: Note, maxFileBytes: number): Promise<void> {
  await remakeEvents(admin, { incarnation, continues: { incarnation: before, sequence: kept }, maxFileBytes });
  await applyBroker(admin, { maxFileBytes });
  rmSync(paths.recovery);
}

async function finishEarlier(admin: CoreConnection, paths: DataPaths, maxFileBytes: number, say: Say): Promise<void> {
  if (!existsSync(paths.recovery)) return;
  say('an earlier recovery was interrupted; finishing it …');
  await finish(admin, paths, noteSchema.parse(JSON.parse(readFileSync(paths.recovery, 'utf8'))), maxFileBytes);
}

function readCheckpoints({ checkpointFile, dataDir }: RecoverOptions): Checkpoint[] {
  const file = checkpointFile ?? join(dataDir, 'checkpoints.ndjson');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').flatMap((line) => {
    try {
      return checkpointSchema.safeParse(JSON.parse(line)).data ?? [];
    } catch {
      // A crash may have left half a line.
      return [];
    }
  });
}
