import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { connectCore, createSigningKey, openEventLog, type SigningKey } from '@kanade/messaging';
import { startTestBroker, type TestBroker } from '@kanade/messaging/testing';
import { build, openReader, pragmas, readModelFile } from '@kanade/read-models';
import { publishAll, publishWindow } from '../bare/publish.ts';
import type { RawMessage } from '../bare/publish.ts';
import { median, type Measurement } from '../report.ts';
import { makeHistory } from './history.ts';

const backendWorker = join(import.meta.dirname, '../../../../apps/backend/dist/projections/fold.worker.js');

/** Waits until a worker says what `isDone` waits for; milliseconds since it said that it had opened its file. */
function timed(worker: Worker, isOpen: (message: unknown) => boolean, isDone: (message: unknown) => boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    let openedAt = 0;
    worker.on('message', (message) => {
      if (isOpen(message)) openedAt = performance.now();
      if (isDone(message)) resolve(performance.now() - openedAt);
    });
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the worker ended with ${code} before it was done`)));
  });
}

/** A bench of a fold that refuses its events would be quick, and worth nothing. */
function assertFolded(file: string, ended: number): void {
  const reader = openReader(file);
  const poison = reader.get(build.selectFrom('poison').select(['reason', ({ fn }) => fn.countAll<number>().as('count')]));
  const runs = reader.get(build.selectFrom('runs').select(({ fn }) => fn.countAll<number>().as('count')).where('state', '=', 'succeeded'));
  reader.close();
  if (poison !== undefined && poison.count > 0) throw new Error(`${poison.count} messages of the bench became poison: ${poison.reason}`);
  if (runs?.count !== ended) throw new Error(`${runs?.count ?? 0} of ${ended} runs ended`);
}

const isType = (type: string) => (message: unknown) => typeof message === 'object' && message !== null && 'type' in message && message.type === type;
const coveredOf = (message: unknown): number => {
  if (typeof message !== 'object' || message === null || !('notice' in message)) return -1;
  const { notice } = message;
  return typeof notice === 'object' && notice !== null && 'covered' in notice && typeof notice.covered === 'number' ? notice.covered : -1;
};

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

/** Milliseconds the backend's own fold worker takes to fold everything up to a position into a directory. */
async function foldWithKanade({ broker, key }: Pick<Stage, 'broker' | 'key'>, directory: string, until: number): Promise<number> {
  const publicHalf = { id: key.id, publicKey: key.publicKey };
  const workerData = { natsUrl: broker.url, credsFile: broker.backendCreds, directory, trust: { root: publicHalf, control: publicHalf } };
  const worker = new Worker(backendWorker, { workerData });
  const ms = await timed(worker, isType('opened'), (message) => coveredOf(message) >= until);
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  worker.postMessage('stop');
  await ended;
  return ms;
}

async function foldBarely({ broker, incarnation, setupCount, results }: Stage, directory: string): Promise<number> {
  const workerData = {
    url: broker.url, credsFile: broker.adminCreds, file: readModelFile(directory), incarnation, pragmas: [...pragmas],
    eventsFrom: setupCount + 1, eventsTo: setupCount + results, outputTo: results,
  };
  const worker = new Worker(new URL('../bare/fold.worker.ts', import.meta.url), { workerData });
  const ms = await timed(worker, (message) => message === 'opened', (message) => message === 'done');
  await worker.terminate();
  return ms;
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
  assertFolded(readModelFile(base), 0);
  // As endpoints store them: chunks are acknowledged before the ends that name them are sent.
  await publishAll(broker.url, broker.adminCreds, alternate(history.output, history.results, publishWindow));
  return { broker, key, folder, base, incarnation, setupCount, results: history.results.length };
}

function copyBase({ folder, base }: Stage, name: string): string {
  const directory = join(folder, name);
  mkdirSync(directory, { mode: 0o700 });
  copyFileSync(readModelFile(base), readModelFile(directory));
  return directory;
}

async function measure(stage: Stage, rounds: number): Promise<Measurement[]> {
  const { setupCount, results } = stage;
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const directory = copyBase(stage, `kanade-${round}`);
    const kanade = (results / (await foldWithKanade(stage, directory, setupCount + results))) * 1000;
    assertFolded(readModelFile(directory), results);
    const bareDirectory = copyBase(stage, `bare-${round}`);
    const bare = (results / (await foldBarely(stage, bareDirectory))) * 1000;
    assertFolded(readModelFile(bareDirectory), results);
    ours.push(kanade);
    theirs.push(bare);
    process.stderr.write(`round ${round}: kanade ${Math.round(kanade)}/s, bare ${Math.round(bare)}/s\n`);
  }
  return [
    { name: 'kanade folds', unit: 'results/s', median: median(ours), samples: ours },
    { name: 'bare program', unit: 'results/s', median: median(theirs), samples: theirs },
    { name: 'ratio', unit: '', median: median(ours.map((value, index) => value / (theirs[index] ?? value))), samples: [] },
  ];
}

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
