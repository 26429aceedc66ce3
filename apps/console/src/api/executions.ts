import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { getExecution, getRun, listExecutions, listRuns } from '@kanade/api-client';
import type { ApprovalState, ExecutionState, RunState } from './types.ts';

export interface ExecutionListParams {
  readonly state?: ExecutionState | undefined;
  readonly jobId?: string | undefined;
  readonly approval?: ApprovalState | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export interface RunListParams {
  readonly executionId?: string | undefined;
  readonly endpointId?: string | undefined;
  readonly state?: RunState | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export const executionsQuery = (params: ExecutionListParams) =>
  queryOptions({
    queryKey: ['executions', 'list', params],
    queryFn: ({ signal }) => listExecutions({ ...params }, { signal }),
    placeholderData: keepPreviousData,
  });

export const executionQuery = (executionId: string) =>
  queryOptions({ queryKey: ['executions', 'detail', executionId], queryFn: ({ signal }) => getExecution(executionId, {}, { signal }) });

export const runsQuery = (params: RunListParams) =>
  queryOptions({
    queryKey: ['runs', 'list', params],
    queryFn: ({ signal }) => listRuns({ ...params }, { signal }),
    placeholderData: keepPreviousData,
  });

export const runQuery = (runId: string) =>
  queryOptions({ queryKey: ['runs', 'detail', runId], queryFn: ({ signal }) => getRun(runId, {}, { signal }) });
