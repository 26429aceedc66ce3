import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, applyJob, createExecution, getEndpoint, getExecution, listExecutionResults, UnreachableError, type RunDetail } from '@kanade/api-client';
import { manifestSchema } from '@kanade/contracts';
import { parse } from 'yaml';
import { root } from './paths.ts';

const manifestFile = join(root, 'examples/jobs/hello.yaml');

/** Waits until the backend sees an endpoint; false when that takes too long. */
export function untilOnline(endpointId: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  return poll(timeoutMs, signal, async () => (await getEndpoint(endpointId)).status === 'online' || undefined).then((online) => online === true);
}

/** Registers the example job and runs it on one endpoint through the public API; undefined when it does not end in time, `unconfirmed` where nothing runs without another proof. */
export async function runFirstJob(endpointId: string, timeoutMs: number, signal: AbortSignal): Promise<RunDetail | 'unconfirmed' | undefined> {
  const { id, version, description, execute } = manifestSchema.parse(parse(readFileSync(manifestFile, 'utf8')));
  const { script, scriptFile: _none, ...limits } = execute;
  if (script === undefined) throw new Error(`${manifestFile} has no script`);
  await applyJob(id, { version, description, execute: { ...limits, script } });
  const created = await createExecution({ targets: { kind: 'endpoints', ids: [endpointId] }, what: { kind: 'job', jobId: id }, expiresIn: '5m' }).catch((error: unknown) => {
    if (error instanceof ApiError && error.code === 'confirmation-required') return undefined;
    throw error;
  });
  if (created === undefined) return 'unconfirmed';
  const { executionId, position } = created;
  return poll(timeoutMs, signal, async () => {
    const execution = await getExecution(executionId, { minPosition: position });
    if (execution.state === 'running') return undefined;
    return (await listExecutionResults(executionId, { minPosition: execution.position })).items[0];
  });
}

/** Asks five times a second until there is an answer; a backend that is away or has not got that far is asked again. */
async function poll<Result>(timeoutMs: number, signal: AbortSignal, ask: () => Promise<Result | undefined>): Promise<Result | undefined> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline && !signal.aborted) {
    const result = await ask().catch((error: unknown) => {
      if (isPassing(error)) return undefined;
      throw error;
    });
    if (result !== undefined) return result;
    await delay(200, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

function isPassing(error: unknown): boolean {
  return error instanceof UnreachableError || (error instanceof ApiError && (error.status === 404 || error.status >= 500));
}
