import { setTimeout as sleep } from 'node:timers/promises';
import { createExecution, getExecution, listEndpoints } from '@kanade/api-client';

const everyMs = 1000;
const script = { shell: 'sh', script: 'sleep 1\necho done', timeout: '60s' } as const;

/** The ids of all endpoints there are. */
export async function endpointIds(): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listEndpoints>> = await listEndpoints({ limit: 500, ...(cursor === null ? {} : { cursor }) });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

/** Runs something on `runsPerSecond` endpoints every second, each time on others, until stopped; resolves with how many runs have ended. */
export function startBackground(ids: readonly string[], runsPerSecond: number): { stop(): Promise<number> } {
  const stopping = new AbortController();
  const executions: string[] = [];
  const work = async () => {
    for (let turn = 0; runsPerSecond > 0 && !stopping.signal.aborted; turn += 1) {
      const targets = Array.from({ length: runsPerSecond }, (_, index) => ids[(turn * runsPerSecond + index) % ids.length] ?? '');
      const { executionId } = await createExecution({ targets: { kind: 'endpoints', ids: targets }, what: { kind: 'script', execute: script }, expiresIn: '1h', supersede: false });
      executions.push(executionId);
      await sleep(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const working = work();
  return {
    stop: async () => {
      stopping.abort();
      await working;
      while (executions.length > 0 && (await getExecution(executions.at(-1) ?? '')).state === 'running') await sleep(200);
      return executions.length * runsPerSecond;
    },
  };
}
