import { fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connectCore, createSigningKey, openEventLog, type SigningKey } from '@kanade/messaging';
import { startTestBroker, type TestBroker } from '@kanade/messaging/testing';
import { build, keepAll, openReader, pragmas, readModelFile } from '@kanade/read-models';
import { publishAll, publishWindow } from '../bare/publish.ts';
import type { RawMessage } from '../bare/publish.ts';
import { median, type Measurement } from '../report.ts';
import type { FoldTaken, FoldTask } from './fold-process.ts';
import { makeHistory } from './history.ts';

const backendWorker = join(import.meta.dirname, '../../../../apps/backend/dist/projections/fold.worker.js');

/** Runs a worker in a process of its own, so that its memory can be told from that of the bench. */
async function runProcess(task: FoldTask): Promise<FoldTaken> {
  const child = fork(join(import.meta.dirname, 'fold-process.ts'), { execArgv: ['--conditions=@kanade/source', '--disable-warning=ExperimentalWarning'] });
  let taken: FoldTaken | undefined;
  child.on('message', (message) => {
    if (isTaken(message)) taken = message;
  });
  child.send(task);
  await once(child, 'exit');
  if (taken === undefined) throw new Error('the process that folds ended before it was done');
  return taken;
}

const isTaken = (value: unknown): value is FoldTaken => typeof value === 'object' && value !== null && 'residentBytes' in value;

/** A bench of a fold that refuses its events would be quick, and worth nothing. */
function assertFolded(file: string, ended: number): void {
  const reader = openReader(file);
  const poison = reader.get(build.selectFrom('poison').select(['reason', ({ fn }) => fn.countAll<number>().as('count')]));
  const runs = reader.get(build.selectFrom('runs').select(({ fn }) => fn.countAll<number>().as('count')).where('state', '=', 'succeeded'));
  reader.close();
  if (poison !== undefined && poison.count > 0) throw new Error(`${poison.count} messages of the bench became poison: ${poison.reason}`);
  if (runs?.count !== ended) throw new Error(`${runs?.count ?? 0} of ${ended} runs ended`);
}

/** The streams of one bench, stored, and the read model before the results as `base`. */
interface Stage {
  readonly broker: TestBroker;
  readonly key: SigningKey;
  readonly folder: string;
  readonly base: string;
  readonly incarnation: string;
  readonly setupCount: number;
  readonly results: number;
}

/** What the backend's own fold worker takes to fold everything up to a position into a directory. */
function foldWithKanade({ broker, key }: Pick<Stage, 'broker' | 'key'>, directory: string, until: number): Promise<FoldTaken> {
  const publicHalf = { id: key.id, publicKey: key.publicKey };
  const worker = { natsUrl: broker.url, credsFile: broker.backendCreds, directory, trust: { root: publicHalf, control: publicHalf }, kept: keepAll };
  return runProcess({ module: backendWorker, workerData: { worker, file: readModelFile(directory, keepAll).path, serves: true }, until });
}

function foldBarely({ broker, incarnation, setupCount, results }: Stage, directory: string): Promise<FoldTaken> {
  const workerData = {
    url: broker.url, credsFile: broker.adminCreds, file: readModelFile(directory, keepAll).path, incarnation, pragmas: [...pragmas],
    eventsFrom: setupCount + 1, eventsTo: setupCount + results, outputTo: results,
  };
  return runProcess({ module: join(import.meta.dirname, '../bare/fold.worker.ts'), workerData, until: null });
}

/** `size` of the one, `size` of the other, and so on. */
function alternate(first: readonly RawMessage[], second: readonly RawMessage[], size: number): RawMessage[] {
  const blocks = Array.from({ length: Math.ceil(first.length / size) }, (_, block) => block * size);
  return blocks.flatMap((start) => [...first.slice(start, start + size), ...second.slice(start, start + size)]);
}

async function prepareStage(broker: TestBroker, folder: string, endpoints: number, wanted: number): Promise<Stage> {
  const key = createSigningKey();
  const history = makeHistory(key, endpoints, Math.ceil(wanted / endpoints));
  const core = await connectCore({ url: broker.url, credsFile: broker.adminCreds, name: 'bench' });
  const { incarnation } = await openEventLog(core);
  await core.close();
  const base = join(folder, 'base');
  const setupCount = history.setup.length;
  process.stderr.write(`storing ${setupCount} events of a fleet of ${endpoints}, folding them, then storing ${history.results.length} results …\n`);
  await publishAll(broker.url, broker.adminCreds, history.setup);
  await foldWithKanade({ broker, key }, base, setupCount);
  assertFolded(readModelFile(base, keepAll).path, 0);
  // As endpoints store them: chunks are acknowledged before the ends that name them are sent.
  await publishAll(broker.url, broker.adminCreds, alternate(history.output, history.results, publishWindow));
  return { broker, key, folder, base, incarnation, setupCount, results: history.results.length };
}

function copyBase({ folder, base }: Stage, name: string): string {
  const directory = join(folder, name);
  mkdirSync(directory, { mode: 0o700 });
  copyFileSync(readModelFile(base, keepAll).path, readModelFile(directory, keepAll).path);
  return directory;
}

async function measure(stage: Stage, rounds: number): Promise<Measurement[]> {
  const { setupCount, results } = stage;
  const perSecond = ({ ms }: FoldTaken): number => (results / ms) * 1000;
  const ours: FoldTaken[] = [];
  const theirs: FoldTaken[] = [];
  for (let round = 1; round <= rounds; round++) {
    const directory = copyBase(stage, `kanade-${round}`);
    const kanade = await foldWithKanade(stage, directory, setupCount + results);
    assertFolded(readModelFile(directory, keepAll).path, results);
    const bareDirectory = copyBase(stage, `bare-${round}`);
    const bare = await foldBarely(stage, bareDirectory);
    assertFolded(readModelFile(bareDirectory, keepAll).path, results);
    ours.push(kanade);
    theirs.push(bare);
    process.stderr.write(`round ${round}: kanade ${Math.round(perSecond(kanade))}/s, bare ${Math.round(perSecond(bare))}/s\n`);
  }
  const resident = (name: string, taken: readonly FoldTaken[]) => measured(name, 'MiB', taken.map(({ residentBytes }) => residentBytes / 1024 ** 2));
  return [
    measured('kanade folds', 'results/s', ours.map(perSecond)),
    measured('bare program', 'results/s', theirs.map(perSecond)),
    measured('ratio', '', theirs.map((taken, index) => taken.ms / (ours[index]?.ms ?? taken.ms))),
    measured("ratio of the folding threads' time on a core", '', theirs.map((taken, index) => taken.threadMs / (ours[index]?.threadMs ?? taken.threadMs))),
    measured("ratio of the processes' time on cores", '', theirs.map((taken, index) => taken.processMs / (ours[index]?.processMs ?? taken.processMs))),
    measured('kanade, time of the process on cores', 'µs/result', ours.map(({ processMs }) => (processMs * 1000) / results)),
    measured('kanade, results of a transaction', '', ours.map(({ commits }) => results / commits)),
    resident('kanade, resident at most', ours),
    resident('bare program, resident at most', theirs),
  ];
}

const measured = (name: string, unit: string, samples: number[]): Measurement => ({ name, unit, median: median(samples), samples });

/** Results a second of the backend's fold (its built worker thread) and of the bare program, alternately over the same streams. */
export async function runFoldSuite(args: readonly string[]): Promise<Measurement[]> {
  const { values } = parseArgs({
    args: [...args],
    options: { results: { type: 'string', default: '60000' }, endpoints: { type: 'string', default: '2000' }, rounds: { type: 'string', default: '5' } },
  });
  if (!existsSync(backendWorker)) throw new Error('the backend is not built; run npm run build first');
  const broker = await startTestBroker({ maxFileBytes: 8 * 1024 ** 3 });
  const folder = mkdtempSync(join(tmpdir(), 'kanade-bench-'));
  try {
    return await measure(await prepareStage(broker, folder, Number(values.endpoints), Number(values.results)), Number(values.rounds));
  } finally {
    await broker.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
