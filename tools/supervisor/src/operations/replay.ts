import { createReadStream, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ControlKeys, isUnfiltered, readExportLine, readTrustedKeys, type EventLine, type HeadLine } from '@kanade/proof';
import { build, keepAll, openReadModel, openReader, type ReadModel, type Reader, type StoredMessage } from '@kanade/read-models';
import type { Say } from '../say.ts';
import { StartupError } from '../startup-error.ts';
import type { ReplayList } from './replay-lists.ts';

export interface ReplayOptions {
  readonly file: string;
  /** An empty or new folder for the read model. */
  readonly dir: string;
  /** The file of `kanade key export`; without it, control events are believed unseen. */
  readonly keysFile: string | undefined;
  readonly say: Say;
}

/** What a replay came to. */
export interface ReplaySummary {
  readonly readModel: string;
  readonly position: string;
  readonly events: number;
  /** Events without a body, which nothing can be folded of. */
  readonly erased: number;
  /** Events that could not be folded, those without a body left out. */
  readonly poisoned: number;
  readonly endpoints: Readonly<Record<string, number>>;
  readonly executions: Readonly<Record<string, number>>;
  readonly runs: Readonly<Record<string, number>>;
}

const batchSize = 1000;

function messageOf({ position: sequence, recordedAt, subject, headers, body, base64 }: EventLine): StoredMessage {
  return { sequence, subject, recordedAt: Date.parse(recordedAt), headers, body: base64 === undefined ? Buffer.from(body ?? '') : Buffer.from(base64, 'base64') };
}

function checkHead(head: HeadLine): void {
  if (isUnfiltered(head.filter) && head.start === 0) return;
  throw new StartupError('Only an export of every event from the beginning can be folded.', ['Make one with: kanade event export FILE']);
}

/** Says in English why a control event is not the backend's own. */
function verifierOf(keysFile: string | undefined, known: readonly StoredMessage[]): (message: StoredMessage) => string | undefined {
  if (keysFile === undefined) return () => undefined;
  const trust = readTrustedKeys(readFileSync(keysFile, 'utf8'));
  if (trust === undefined) throw new StartupError(`${keysFile} holds no keys of an installation.`, ['Make it with: kanade key export']);
  const keys = new ControlKeys(trust, known);
  return (message) => keys.refusal(message);
}

/** Folds an export into a read model of its own, which no broker and no backend knows of. */
export async function replay({ file, dir, keysFile, say }: ReplayOptions): Promise<ReplaySummary> {
  if (!existsSync(file)) throw new StartupError(`${file} is not there.`, []);
  if (existsSync(dir) && readdirSync(dir).length > 0) throw new StartupError(`${dir} is not empty.`, ['Name an empty or new folder with --dir.']);
  const verifyControl = verifierOf(keysFile, []);
  let model: ReadModel | undefined;
  let head: HeadLine | undefined;
  let waiting: StoredMessage[] = [];
  let [events, erased] = [0, 0];
  const fold = (): void => {
    // What scripts printed is not in an export: no end of a run waits for it.
    if (waiting.length > 0) model?.apply({ events: waiting }, { unknownIsPoison: true, outputKnownUntil: Infinity });
    events += waiting.length;
    waiting = [];
  };
  try {
    for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      const line = readExportLine(text);
      if (line === undefined) throw new StartupError(`${file} is damaged after position ${events + waiting.length}.`, ['Look with: kanade event verify']);
      if (line.kind === 'head') {
        checkHead(line);
        head = line;
        model = openReadModel(fileIn(dir), { incarnation: line.checkpoint.incarnation, verifyControl, restoredAt: null, kept: keepAll });
      }
      if (line.kind !== 'event') continue;
      if (line.erasedDigest !== undefined) erased += 1;
      waiting.push(messageOf(line));
      if (waiting.length < batchSize) continue;
      fold();
      if (events % 100_000 === 0) say(`${events} events folded`);
    }
    fold();
    model?.releaseHeld(events);
  } finally {
    model?.close();
  }
  if (head === undefined) throw new StartupError(`${file} is no export.`, []);
  return { readModel: fileIn(dir), position: `${head.checkpoint.incarnation}:${events}`, events, erased, ...countsOf(dir, erased) };
}

/** Where a replay puts its read model. */
const fileIn = (dir: string): string => join(dir, 'read-model.sqlite');

const countBy = (reader: Reader, table: 'endpoints' | 'executions' | 'runs', column: 'standing' | 'state'): Record<string, number> =>
  Object.fromEntries(reader.all(build.selectFrom(table).select([`${column} as name`, ({ fn }) => fn.countAll<number>().as('count')]).groupBy(column)).map(({ name, count }) => [name, count]));

function countsOf(dir: string, erased: number): Pick<ReplaySummary, 'endpoints' | 'executions' | 'runs' | 'poisoned'> {
  const reader = openReader(fileIn(dir));
  try {
    const poison = reader.get(build.selectFrom('poison').select(({ fn }) => fn.countAll<number>().as('count')))?.count ?? 0;
    return {
      endpoints: countBy(reader, 'endpoints', 'standing'), executions: countBy(reader, 'executions', 'state'), runs: countBy(reader, 'runs', 'state'), poisoned: Math.max(0, poison - erased),
    };
  } finally {
    reader.close();
  }
}

/** The rows of a replayed read model, as its tables hold them. */
export function replayedRows(readModel: string, list: ReplayList): readonly object[] {
  const reader = openReader(readModel);
  try {
    switch (list) {
      case 'endpoints':
        return reader.all(build.selectFrom('endpoints').select(['id', 'name', 'alias', 'standing', 'status', 'site', 'agentVersion', 'osName']).orderBy('name'));
      case 'executions':
        return reader.all(build.selectFrom('executions').select(['id', 'state', 'jobId', 'jobVersion', 'requestedBy', 'requestedAt', 'targetCount']).orderBy('key'));
      case 'runs':
        return reader.all(
          build.selectFrom('runs').innerJoin('endpoints', 'endpoints.key', 'runs.endpointKey').innerJoin('executions', 'executions.key', 'runs.executionKey')
            .select(['runs.id', 'executions.id as executionId', 'endpoints.name as endpoint', 'runs.state', 'runs.exitCode', 'runs.reasonCode']).orderBy('runs.key'));
      case 'poison':
        return reader.all(build.selectFrom('poison').select(['sequence', 'code', 'reason', 'subject']).orderBy('sequence'));
      default:
        return list satisfies never;
    }
  } finally {
    reader.close();
  }
}
