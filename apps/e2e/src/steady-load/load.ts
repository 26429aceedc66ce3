import { createExecution, getExecution, listRuns } from '@kanade/api-client';
import type { RunView } from '@kanade/api-client';
import type { Installation } from '../installation.ts';
import { signIn } from '../random-kills/load.ts';
import { readRecord } from '../random-kills/record.ts';
import { until } from '../until.ts';

/** More than this many executions under way would be load for its own sake. */
const atOnce = 3;

/** Runs something on every endpoint, again and again, while something else happens, however often the backend is away. */
export class SteadyLoad {
  readonly executions: string[] = [];
  readonly #kanade: Installation;
  #stopped = false;
  #done: Promise<void> = Promise.resolve();

  constructor(kanade: Installation) {
    this.#kanade = kanade;
    signIn(kanade);
  }

  start(): void {
    this.#done = this.#goOn();
  }

  async #goOn(): Promise<void> {
    while (!this.#stopped) {
      const earlier = this.executions.at(-atOnce);
      if (earlier !== undefined) await this.#ended(earlier);
      const headers = { 'Idempotency-Key': crypto.randomUUID() };
      const what = { kind: 'script' as const, execute: { shell: 'sh' as const, script: 'echo steady', timeout: '60s', runAs: 'system' as const, env: {}, arguments: [] } };
      // The key makes it one execution, however often it is asked for.
      const taken = await until('an execution to be taken', () => createExecution({ targets: { kind: 'all' }, what, expiresIn: '1h', supersede: false }, { headers, signal: AbortSignal.timeout(10_000) }));
      this.executions.push(taken.executionId);
    }
  }

  /** Starts no more, and waits until all that was started has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    for (const executionId of this.executions.slice(-atOnce)) await this.#ended(executionId);
  }

  async #ended(executionId: string): Promise<void> {
    await until(`${executionId} to end`, async () => (await getExecution(executionId)).state !== 'running' || undefined, 120_000);
  }

  /** What is lost, doubled or out of order: nothing, it is to be hoped. `endpoints` is how many each execution runs on. */
  async problems(endpoints: number): Promise<string[]> {
    const { finished, breaks } = await readRecord(this.#kanade.runtime);
    const found: string[] = [...breaks];
    for (const executionId of this.executions) {
      const runs = await this.#runs(executionId);
      if (runs.length !== endpoints) found.push(`${executionId} has ${runs.length} runs`);
      for (const { runId, state, presumed } of runs) {
        const ends = finished.get(runId)?.length ?? 0;
        if (ends !== 1 || presumed || state !== 'succeeded') found.push(`${runId} is ${state}${presumed ? ' (presumed)' : ''} and its end stands in the history ${ends} times`);
      }
    }
    return found;
  }

  async #runs(executionId: string): Promise<readonly RunView[]> {
    return (await listRuns({ executionId, limit: 500 })).items;
  }
}
