import { parseDuration } from '@kanade/contracts';
import type { ExecutePrivate } from '@kanade/contracts';
import { sameContent, sameShape } from '@kanade/domain';
import type { ExecutionState } from '@kanade/domain';
import type { CreateExecutionRequest } from './create-execution.command.ts';
import { shapeOf } from './private-content.ts';

type Requested = NonNullable<ExecutionState['requested']>;

function sameWhat(what: CreateExecutionRequest['what'], { data }: Requested, content: ExecutePrivate | null): boolean {
  if (what.kind === 'job') return data.job?.id === what.jobId;
  const { execute } = what;
  // Erased content can no longer be compared; the rest of the request still is.
  return data.job === null && sameShape(shapeOf(execute), data.execute) && (content === null || sameContent(execute, content));
}

function sameTargets(targets: CreateExecutionRequest['targets'], state: ExecutionState, { data }: Requested): boolean {
  if (targets.kind === 'all') return data.selector.kind === 'all';
  if (targets.kind === 'sites') return data.selector.kind === 'sites' && data.selector.sites.join(' ') === targets.sites.join(' ');
  const asked = new Set(targets.ids);
  return data.selector.kind === 'endpoints' && asked.size === state.targets.size && [...state.targets.values()].every((id) => asked.has(id));
}

/** True when the request is the one an execution was made from. */
export function isSameRequest(request: CreateExecutionRequest, state: ExecutionState, content: ExecutePrivate | null): boolean {
  const { requested } = state;
  if (requested === null) return false;
  return (
    sameWhat(request.what, requested, content) &&
    sameTargets(request.targets, state, requested) &&
    Date.parse(requested.data.expiresAt) - Date.parse(requested.time) === parseDuration(request.expiresIn) &&
    requested.data.supersede === request.supersede
  );
}
