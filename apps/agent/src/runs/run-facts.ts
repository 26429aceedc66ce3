import type { FinalRunState, RunFinished, RunReason } from '@kanade/contracts';
import type { Fact } from '../outbox/facts.ts';

interface RunRef {
  readonly runId: string;
  readonly executionId: string;
}

const about = ({ runId, executionId }: RunRef) => ({ subject: `run/${runId}`, correlationid: executionId });

export function runAccepted(run: RunRef & { readonly commandSequence: number }): Fact {
  const { runId, executionId, commandSequence } = run;
  return { type: 'kanade.run.accepted.v1', ...about(run), data: { runId, executionId, commandSequence } };
}

export function runStarted(run: RunRef, runAs: 'system' | 'user'): Fact {
  return { type: 'kanade.run.started.v1', ...about(run), data: { runId: run.runId, executionId: run.executionId, runAs } };
}

export type RunEnd = Omit<RunFinished['data'], 'runId' | 'executionId'>;

/** `message` is free text of ours and may quote the system's; the event has room for 500 characters. */
export function runFinished(run: RunRef, end: RunEnd): Fact {
  const reason = end.reason && { code: end.reason.code, message: end.reason.message.slice(0, 500) };
  return { type: 'kanade.run.finished.v1', ...about(run), data: { runId: run.runId, executionId: run.executionId, ...end, reason } };
}

/** The end of a run in which no process ran. */
export function endedUnstarted(state: FinalRunState, reason: RunReason, finishedAt: string): RunEnd {
  return { state, exitCode: null, signal: null, reason, startedAt: null, finishedAt, durationMs: null, output: null };
}

export function commandRefused(commandSequence: number, reason: RunReason): Fact {
  return { type: 'kanade.command.refused.v1', data: { commandSequence, reason } };
}

/** Why runs end without their script's doing: stable codes, one sentence each. */
export const reasons = {
  cancelled: { code: 'cancelled', message: 'Somebody cancelled the run.' },
  superseded: { code: 'superseded', message: 'A newer run of the same job took its place before it started.' },
  expired: { code: 'expired', message: 'Its time was over before it could start; run it again, or give it longer with --expires.' },
  diskFull: { code: 'disk-full', message: 'The disk of the endpoint is full; free some space and run it again.' },
  identityConflict: { code: 'identity-conflict', message: 'Another machine works with the keys of this endpoint; enrol one of the two anew, then run it again.' },
  interrupted: { code: 'agent-restarted', message: 'The agent stopped while the script ran; the script was ended and is not started again.' },
  stopping: { code: 'agent-stopped', message: 'The agent was stopped while the script ran; the script was ended with it.' },
  outputTruncated: { code: 'output-truncated', message: 'The script printed more than the endpoint could keep; the rest is missing.' },
} as const satisfies Record<string, RunReason>;
