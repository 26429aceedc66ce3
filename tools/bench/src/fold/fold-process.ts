import { readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

/** What a folding worker is, and when it is done: `until` is the position the backend's own reports, null where the worker says so itself. */
export interface FoldTask {
  readonly module: string;
  readonly workerData: unknown;
  readonly until: number | null;
}

/** What a fold took, in a process of its own: milliseconds since its file was open, those its folding thread and all its threads were on a core, how often it committed, and the most memory that was ever resident. */
export interface FoldTaken {
  readonly ms: number;
  readonly threadMs: number;
  readonly processMs: number;
  /** Transactions the backend's fold told of; 0 of the bare program, which tells of none. */
  readonly commits: number;
  readonly residentBytes: number;
}

const isTask = (value: unknown): value is FoldTask => typeof value === 'object' && value !== null && 'module' in value;
const typeOf = (message: unknown): unknown => (typeof message === 'object' && message !== null && 'type' in message ? message.type : message);

function coveredOf(message: unknown): number {
  if (typeof message !== 'object' || message === null || !('notice' in message)) return -1;
  const { notice } = message;
  return typeof notice === 'object' && notice !== null && 'covered' in notice && typeof notice.covered === 'number' ? notice.covered : -1;
}

/** Runs one worker until it is done; rejects when it ends before. */
function run({ module, workerData, until }: FoldTask): Promise<Omit<FoldTaken, 'residentBytes'>> {
  // The backend starts its fold with this much memory.
  const worker = new Worker(module, { workerData, resourceLimits: { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 256 } });
  let openedAt = 0;
  let done = false;
  let taken: Omit<FoldTaken, 'residentBytes'> | undefined;
  let before: Promise<NodeJS.CpuUsage> | undefined;
  let beforeAll: NodeJS.CpuUsage | undefined;
  let commits = 0;
  const isDone = (message: unknown): boolean => (until === null ? message === 'done' : coveredOf(message) >= until);
  return new Promise((resolve, reject) => {
    worker.on('message', (message) => {
      if (typeOf(message) === 'opened') {
        openedAt = performance.now();
        before = worker.cpuUsage();
        beforeAll = process.cpuUsage();
      }
      if (typeOf(message) === 'committed') commits += 1;
      if (done || before === undefined || !isDone(message)) return;
      done = true;
      const ms = performance.now() - openedAt;
      const all = process.cpuUsage(beforeAll);
      void Promise.all([before, worker.cpuUsage()]).then(([then, now]) => {
        taken = { ms, threadMs: (now.user + now.system - then.user - then.system) / 1000, processMs: (all.user + all.system) / 1000, commits };
        worker.postMessage({ type: 'stop' });
      }, reject);
    });
    worker.once('error', reject);
    worker.once('exit', (code) => {
      if (taken === undefined) reject(new Error(`the worker ended with ${code} before it was done`));
      else resolve(taken);
    });
  });
}

/** The most memory this process ever had, bytes. What `getrusage` tells counts from the process that started this one where that was larger. */
function mostResident(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) * 1024;
}

process.once('message', (task) => {
  if (!isTask(task)) throw new TypeError('started without a task');
  void run(task).then((times) => {
    const taken: FoldTaken = { ...times, residentBytes: mostResident() };
    process.send?.(taken);
    process.disconnect();
  });
});
