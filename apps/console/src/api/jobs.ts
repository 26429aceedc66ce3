import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { getJob, listJobs } from '@kanade/api-client';

export interface JobListParams {
  readonly search?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit?: number | undefined;
}

export const jobsQuery = (params: JobListParams) =>
  queryOptions({
    queryKey: ['jobs', 'list', params],
    queryFn: ({ signal }) => listJobs({ ...params }, { signal }),
    placeholderData: keepPreviousData,
  });

export const jobQuery = (jobId: string) =>
  queryOptions({ queryKey: ['jobs', 'detail', jobId], queryFn: ({ signal }) => getJob(jobId, {}, { signal }) });
