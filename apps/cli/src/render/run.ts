import type { RunView } from '@kanade/contracts';
import { oneLine } from './table.ts';
import { formatDuration } from './units.ts';

/** One sentence about how a run ended: `web-1: failed with exit code 3 after 1.2 s`. */
export function describeEnd(run: RunView): string {
  const after = run.durationMs === null ? '' : ` after ${formatDuration(run.durationMs)}`;
  return `${oneLine(run.endpointName)}: ${outcome(run)}${after}${reason(run)}`;
}

function outcome(run: RunView): string {
  if (run.state === 'failed' && run.signal !== null) return `failed, ended by ${run.signal}`;
  if (run.state === 'failed' && run.exitCode !== null) return `failed with exit code ${run.exitCode}`;
  if (run.presumed && run.state !== 'expired') return `${run.state} (presumed)`;
  return run.state;
}

function reason(run: RunView): string {
  if (run.reason !== null) return `: ${oneLine(run.reason.message)}`;
  if (run.state === 'expired') return ': the endpoint did not come back in time';
  if (run.state === 'lost') return ': the endpoint no longer knows of it';
  return '';
}
