import { getExecution, listExecutionResults } from '@kanade/api-client';
import type { RunDetail } from '@kanade/api-client';
import { allItems } from '../paging.ts';

/** What `run --json` and `execution show --json` print. */
export interface ExecutionResult {
  readonly executionId: string;
  readonly runs: readonly {
    readonly runId: string;
    readonly endpointId: string;
    readonly endpointName: string;
    readonly state: string;
    readonly exitCode: number | null;
    /** The first 64 KiB; `kanade execution output RUN` gives the whole. */
    readonly stdout: string;
    readonly stderr: string;
    readonly stdoutBytes: number;
    readonly stderrBytes: number;
    readonly truncated: boolean;
    /** `erased`: somebody had it erased. */
    readonly outputState: RunDetail['outputState'];
    readonly durationMs: number | null;
    readonly reason: { readonly code: string; readonly message: string } | null;
  }[];
  readonly position: string;
}

/** Fetches an execution's runs with the beginning of their output. */
export async function fetchResult(executionId: string): Promise<ExecutionResult> {
  const { position } = await getExecution(executionId);
  const runs: ExecutionResult['runs'][number][] = [];
  for await (const run of allItems((cursor) => listExecutionResults(executionId, { limit: 50, ...(cursor === undefined ? {} : { cursor }) }))) {
    const { runId, endpointId, endpointName, state, exitCode, stdout, stderr, stdoutBytes, stderrBytes, truncated, outputState, durationMs, reason } = run;
    runs.push({ runId, endpointId, endpointName, state, exitCode, stdout, stderr, stdoutBytes, stderrBytes, truncated, outputState, durationMs, reason });
  }
  return { executionId, runs, position };
}
