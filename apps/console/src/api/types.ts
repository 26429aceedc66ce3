import type { ListEndpointsQuery, LiveRequest, PackagePage, PerformanceView, RunView } from '@kanade/api-client';

export type { EventType } from '@kanade/contracts';
export type {
  ApprovalState,
  AuditEntry,
  CreateExecutionRequest,
  EndpointDetail, EndpointDiff,
  EndpointStanding,
  EndpointStatus,
  EndpointView,
  EnrolmentTokenView,
  EventDetail,
  EventView,
  Execute,
  ExecutionDetail,
  ExecutionState,
  ExecutionView,
  JobDetail,
  JobView,
  LiveMessage,
  LiveRequest,
  Overview,
  RunDetail,
  RunState,
  RunView,
  Shell,
  SiteView,
  SystemStatus,
} from '@kanade/api-client';

export type EndpointSort = NonNullable<ListEndpointsQuery['sort']>;
export type InstalledPackage = PackagePage['items'][number];
export type LiveTopic = Extract<LiveRequest, { type: 'subscribe' }>['topic'];
export type OutputStream = 'stdout' | 'stderr';
export type PerformanceSample = PerformanceView['samples'][number];

/** A page of the runs' list. */
export interface RunsPage {
  readonly items: readonly RunView[];
  readonly nextCursor: string | null;
}
