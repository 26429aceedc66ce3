import type { RunState } from '@kanade/messages';
import type { EventHandlers, EventMap, Place, Refusal } from '../../fold/events.ts';
import { refuse } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { PresumedState } from '../../generated/tables.ts';
import { openHeldEnds } from './held-ends.ts';
import type { HeldEnd } from './held-ends.ts';
import { openRecovery } from './recovery.ts';
import { openRunRows } from './run-rows.ts';
import type { RunRow } from './run-rows.ts';
import { isEnded, judgeFact } from './run-states.ts';
import type { openTallies } from './tallies.ts';

/** The broker's clock may step back a little; output recorded this long before an end is surely there when it is. */
const clockSlackMs = 1000;

type Named = { readonly runId: string; readonly executionId: string };

/** A presumption that a fact replaces stays visible beside it. */
const superseded = (run: RunRow): PresumedState | null =>
  run.presumed === 1 && (run.state === 'expired' || run.state === 'lost' || run.state === 'cancelled') ? run.state : run.supersededState;

/** Runs: made by targets, moved by what agents report and by what the backend presumes. */
export function openRuns(session: Session, tallies: ReturnType<typeof openTallies>) {
  const { keys, changes } = session;
  const rows = openRunRows(session);
  const held = openHeldEnds(session);
  const recover = openRecovery(session);
  let lastKey: number | undefined;
  const nextKey = (): number => (lastKey = (lastKey ?? rows.lastKey({})?.key ?? 0) + 1);

  const moved = (run: RunRow, named: { runId: string; endpointId: string }, state: RunState, at: number, exitCode: number | null = null): void => {
    tallies.move(run.executionKey, run, state, at);
    changes.run({ ...named, executionId: tallies.of(run.executionKey).id, state, exitCode, commandSequence: run.commandSequence });
  };
  const end = (run: RunRow, named: { runId: string; endpointId: string }, { event, position, recordedAt }: HeldEnd): void => {
    const { data } = event;
    rows.end({
      key: run.key, state: data.state, supersededState: superseded(run), exitCode: data.exitCode, signal: data.signal,
      reasonCode: data.reason?.code ?? null, reasonMessage: data.reason?.message ?? null, startedAt: data.startedAt, finishedAt: data.finishedAt,
      durationMs: data.durationMs, stdoutBytes: data.output?.stdout.bytes ?? 0, stderrBytes: data.output?.stderr.bytes ?? 0,
      outputChunks: (data.output?.stdout.chunks ?? 0) + (data.output?.stderr.chunks ?? 0), endedPosition: position, endedAt: recordedAt,
    });
    moved(run, named, data.state, recordedAt, data.exitCode);
  };
  const endHeld = (heldEnd: HeldEnd): void => {
    const named = rows.names({ key: heldEnd.runKey });
    const run = named && rows.find({ id: named.runId });
    if (named !== undefined && run !== undefined) end(run, named, heldEnd);
  };

  /** A run of an execution whose request this history has lost, known from here on by what its agent says. */
  const recovered = (data: Named, time: string, place: Place): RunRow | undefined => {
    const executionKey = recover(data.executionId, time, place);
    if (executionKey === undefined) return undefined;
    rows.insert({ key: nextKey(), id: data.runId, executionKey, endpointKey: place.endpointKey, deadlineAt: place.recordedAt, queuedPosition: place.position });
    tallies.grow(executionKey);
    tallies.move(executionKey, null, 'queued', place.recordedAt);
    return rows.find({ id: data.runId });
  };
  /** The run a fact is about, when its writer may speak of it. */
  const runOf = ({ data, time }: { data: Named; time: string }, place: Place, next: RunState): RunRow | Refusal => {
    const run = rows.find({ id: data.runId }) ?? recovered(data, time, place);
    if (run === undefined) return refuse('run-unknown', `run ${data.runId} was never targeted`);
    if (run.endpointKey !== place.endpointKey) return refuse('foreign-source', `run ${data.runId} is not on this endpoint`);
    if (held.has(run.key)) return refuse('run-ended', 'the run had ended and its output is on the way');
    return judgeFact(run, next) ?? run;
  };
  const endpointOf = (event: { readonly source: string }): string => event.source.slice('endpoint/'.length);

  const target = ({ data }: EventMap['kanade.execution.targeted.v1'], { position, recordedAt }: Place): Refusal | undefined => {
    const executionKey = keys.execution(data.executionId);
    if (executionKey === undefined) return refuse('execution-unknown', `execution ${data.executionId} was never requested`);
    const unknown = data.targets.find(({ endpointId }) => keys.endpoint(endpointId) === undefined);
    if (unknown !== undefined) return refuse('endpoint-unknown', `endpoint ${unknown.endpointId} was never enrolled`);
    const deadlineAt = Date.parse(tallies.of(executionKey).expiresAt);
    for (const { endpointId, runId } of data.targets) {
      rows.insert({ key: nextKey(), id: runId, executionKey, endpointKey: keys.endpoint(endpointId) ?? 0, deadlineAt, queuedPosition: position });
      tallies.move(executionKey, null, 'queued', recordedAt);
      changes.run({ runId, executionId: data.executionId, endpointId, state: 'queued', exitCode: null, commandSequence: null });
    }
    return undefined;
  };

  const accept = (event: EventMap['kanade.run.accepted.v1'], place: Place): Refusal | undefined => {
    const run = runOf(event, place, 'accepted');
    if ('reason' in run) return run;
    const { timeoutMs, expiresAt } = tallies.of(run.executionKey);
    const deadlineAt = Math.max(Date.parse(expiresAt), place.recordedAt) + timeoutMs;
    rows.accept({ key: run.key, state: 'accepted', supersededState: superseded(run), deadlineAt, position: place.position });
    moved(run, { runId: event.data.runId, endpointId: endpointOf(event) }, 'accepted', place.recordedAt);
    return undefined;
  };

  const start = (event: EventMap['kanade.run.started.v1'], place: Place): Refusal | undefined => {
    const run = runOf(event, place, 'started');
    if ('reason' in run) return run;
    const deadlineAt = place.recordedAt + tallies.of(run.executionKey).timeoutMs;
    rows.start({ key: run.key, state: 'started', supersededState: superseded(run), deadlineAt, position: place.position, startedAt: event.time });
    moved(run, { runId: event.data.runId, endpointId: endpointOf(event) }, 'started', place.recordedAt);
    return undefined;
  };

  const finish = (event: EventMap['kanade.run.finished.v1'], place: Place): Refusal | undefined => {
    const { data } = event;
    const run = runOf(event, place, data.state);
    if ('reason' in run) return run;
    const needed = { stdoutChunks: data.output?.stdout.chunks ?? 0, stderrChunks: data.output?.stderr.chunks ?? 0 };
    const ended = { runKey: run.key, position: place.position, recordedAt: place.recordedAt, event };
    if (held.complete(run.key, needed) || place.recordedAt + clockSlackMs < session.outputKnownUntil) end(run, { runId: data.runId, endpointId: endpointOf(event) }, ended);
    else held.hold(ended, needed);
    return undefined;
  };

  const presume = ({ data }: EventMap['kanade.execution.runs-presumed.v1'], place: Place): Refusal | undefined => {
    for (const runId of data.runIds) {
      const run = rows.find({ id: runId });
      // The decision was made on rows a moment old: a run that ended since is left as it is, with no harm done.
      if (run === undefined || isEnded(run.state) || held.has(run.key)) continue;
      const named = rows.names({ key: run.key });
      if (named === undefined) continue;
      rows.presume({ key: run.key, state: data.state, endedPosition: place.position, endedAt: place.recordedAt });
      moved(run, named, data.state, place.recordedAt);
    }
    return undefined;
  };

  const dispatch = ({ data }: EventMap['kanade.execution.dispatched.v1']): Refusal | undefined => {
    for (const { runId, sequence } of data.commands) rows.dispatch({ id: runId, incarnation: data.incarnation, sequence });
    return undefined;
  };

  const events: EventHandlers = {
    'kanade.execution.targeted.v1': target,
    'kanade.execution.dispatched.v1': dispatch,
    'kanade.execution.runs-presumed.v1': presume,
    'kanade.run.accepted.v1': accept,
    'kanade.run.started.v1': start,
    'kanade.run.finished.v1': finish,
  };
  return {
    events,
    /** A chunk of a run was folded: its held end may be due. */
    outputStored(runKey: number): void {
      const due = held.takeComplete(runKey);
      if (due !== undefined) endHeld(due);
    },
    /** Applies ends whose output will never come: it has expired or was erased. */
    releaseUpTo(position: number): void {
      for (const due of held.takeUpTo(position)) endHeld(due);
    },
    /** All runs of an execution, or the named ones, are to be ended. */
    requestCancel(executionKey: number, runIds: readonly string[] | null): void {
      if (runIds === null) rows.cancelAll({ executionKey });
      for (const id of runIds ?? []) rows.cancel({ id, executionKey });
    },
    firstHeld: () => held.firstPosition(),
    forget(): void {
      lastKey = undefined;
      held.forget();
    },
  };
}
