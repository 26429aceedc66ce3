import { Worker } from 'node:worker_threads';

/**
 * Megabytes of a thread's young objects, and of its old ones unless it says otherwise. Left to itself, V8 lets what was read and folded lie until
 * it has hundreds of them; a thread that is told less collects earlier, at no cost that could be measured.
 */
const youngMegabytes = 12;
const oldMegabytes = 256;

/** Starts a worker thread of this folder, from source or build as whoever starts it; `module` is without its ending. */
export function startWorker(name: string, module: string, data: unknown, maxOldGenerationSizeMb = oldMegabytes): Worker {
  const source = import.meta.url.endsWith('.ts');
  return new Worker(new URL(`${module}${source ? '.ts' : '.js'}`, import.meta.url), {
    name,
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes, maxOldGenerationSizeMb },
    // From source, workspace packages are source too.
    execArgv: source ? ['--conditions=@kanade/source', '--disable-warning=ExperimentalWarning'] : [],
  });
}
