import type { RunState } from '@kanade/messages';
import type { EventHandlers, EventMap, Place, Refusal } from '../../fold/events.ts';
import { refuse } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import type { PresumedState } from '../../generated/tables.ts';
import { outputStreamNumbers } from '../output/stream-numbers.ts';
import type { ExecutionSites } from './execution-sites.ts';
import { openHeldEnds } from './held-ends.ts';
import type { HeldEnd } from './held-ends.ts';
import { RecentRuns } from './recent-runs.ts';
import { openRecovery } from './recovery.ts';
import { openRunRows } from './run-rows.ts';
import type { NewRun, RunRow } from './run-rows.ts';
import { isEnded, judgeFact } from './run-states.ts';
import type { openTallies } from './tallies.ts';

/** The broker's clock may step back a little; output recorded this long before an end is surely there when it is. */
const clockSlackMs = 1000;

type Recorded = Pick<Place, 'position' | 'recordedAt'>;
type Fact = EventMap['kanade.run.accepted.v1' | 'kanade.run.started.v1' | 'kanade.run.finished.v1'];

/** A presumption that a fact replaces stays visible beside it. */
const superseded = (run: RunRow): PresumedState | null =>
  run.presumed === 1 && (run.state === 'expired' || run.state === 'lost' || run.state === 'cancelled') ? run.state : run.supersededState;

const endpointOf = (event: { readonly source: string }): string => event.source.slice('endpoint/'.length);

/** Runs: made by targets, moved by what agents report and by what the backend presumes. */
export class Runs {
  readonly #session: Session;
  readonly #sites: ExecutionSites;
  readonly #tallies: ReturnType<typeof openTallies>;
  readonly #rows: ReturnType<typeof openRunRows>;
  readonly #held: ReturnType<typeof openHeldEnds>;
  readonly #recover: ReturnType<typeof openRecovery>;
  readonly #recent = new RecentRuns();
  #lastKey: number | undefined;

  constructor(session: Session, tallies: ReturnType<typeof openTallies>, sites: ExecutionSites) {
    this.#session = session;
    this.#sites = sites;
    this.#tallies = tallies;
    this.#rows = openRunRows(session);
    this.#held = openHeldEnds(session);
    this.#recover = openRecovery(session);
  }

  readonly events: EventHandlers = {
    'kanade.execution.targeted.v1': (event, place) => this.#target(event, place),
    'kanade.execution.dispatched.v1': (event) => this.#dispatch(event),
    'kanade.execution.runs-presumed.v1': (event, place) => this.#presume(event, place),
    'kanade.run.accepted.v1': (event, place) => this.#accept(event, place),
    'kanade.run.started.v1': (event, place) => this.#start(event, place),
    'kanade.run.finished.v1': (event, place) => this.#finish(event, place),
  };

  /** The run a chunk is of. */
  ofOutput(id: string): RunRow | undefined {
    const known = this.#recent.get(id);
    if (known !== undefined) return known;
    const found = this.#rows.find({ id });
    if (found !== undefined) this.#recent.remember(id, found);
    return found;
  }

  /** A chunk of a run was folded: its held end may be due. */
  outputStored(id: string, runKey: number, stream: number, chunk: number): void {
    this.#recent.stored(id, stream, chunk);
    const due = this.#held.takeComplete(runKey);
    if (due !== undefined) this.#endHeld(due);
  }

  /** Applies ends whose output will never come: it has expired or was erased. */
  releaseUpTo(position: number): void {
    for (const due of this.#held.takeUpTo(position)) this.#endHeld(due);
  }

  /** What these runs printed is gone, and what of it is read later is not taken: an end does not wait for it. */
  eraseOutput(runs: readonly { readonly key: number; readonly id: string }[]): void {
    for (const { key, id } of runs) {
      this.#recent.drop(id);
      this.#rows.markErased({ key });
      this.#rows.deleteChunks({ key });
      const held = this.#held.take(key);
      if (held !== undefined) this.#endHeld(held);
      this.#session.changes.row('erasure', `run ${id}`);
    }
  }

  /** All runs of an execution, or the named ones, are to be ended. */
  requestCancel(executionKey: number, runIds: readonly string[] | null): void {
    if (runIds === null) this.#rows.cancelAll({ executionKey });
    for (const id of runIds ?? []) this.#rows.cancel({ id, executionKey });
  }

  /** An execution's runs may be sent. */
  release(executionKey: number): void {
    this.#rows.release({ executionKey });
    const executionId = this.#tallies.of(executionKey).id;
    for (const { runId, endpointId, siteKey, commandSequence, commandIncarnation } of this.#rows.queuedOf({ executionKey })) {
      this.#session.changes.run({ runId, executionId, endpointId, site: this.#session.keys.siteName(siteKey), state: 'queued', exitCode: null, commandSequence, commandIncarnation });
    }
  }

  /** Position of the oldest end that waits for its output. */
  firstHeld(): number | null {
    return this.#held.firstPosition();
  }

  /** A run is no longer kept. */
  trimmed(id: string): void {
    this.#recent.drop(id);
  }

  /** Drops everything remembered, after a rollback. */
  forget(): void {
    this.#lastKey = undefined;
    this.#held.forget();
    this.#recent.forget();
  }

  #target({ data }: EventMap['kanade.execution.targeted.v1'], place: Place): Refusal | undefined {
    const { keys, changes } = this.#session;
    const executionKey = keys.execution(data.executionId);
    if (executionKey === undefined) return refuse('execution-unknown', `execution ${data.executionId} was never requested`);
    const unknown = data.targets.find(({ endpointId }) => keys.endpoint(endpointId) === undefined);
    if (unknown !== undefined) return refuse('endpoint-unknown', `endpoint ${unknown.endpointId} was never enrolled`);
    const { expiresAt, approval } = this.#tallies.of(executionKey);
    const deadlineAt = Date.parse(expiresAt);
    const held = approval === 'waiting' ? 1 : 0;
    for (const { endpointId, runId } of data.targets) {
      const endpointKey = keys.endpoint(endpointId) ?? 0;
      const site = this.#add({ id: runId, executionKey, endpointKey, deadlineAt, queuedPosition: place.position, held }, place);
      changes.run({ runId, executionId: data.executionId, endpointId, site, state: 'queued', exitCode: null, commandSequence: null, commandIncarnation: '' });
    }
    return undefined;
  }

  #dispatch({ data }: EventMap['kanade.execution.dispatched.v1']): undefined {
    for (const { runId, sequence } of data.commands) {
      this.#recent.drop(runId);
      this.#rows.dispatch({ id: runId, incarnation: data.incarnation, sequence });
    }
  }

  #accept(event: EventMap['kanade.run.accepted.v1'], place: Place): Refusal | undefined {
    const run = this.#runOf(event, place, 'accepted');
    if ('reason' in run) return run;
    const { timeoutMs, expiresAt } = this.#tallies.of(run.executionKey);
    const deadlineAt = Math.max(Date.parse(expiresAt), place.recordedAt) + timeoutMs;
    this.#rows.accept({ key: run.key, state: 'accepted', supersededState: superseded(run), deadlineAt, position: place.position });
    this.#moved(run, { runId: event.data.runId, endpointId: endpointOf(event) }, 'accepted', place);
    return undefined;
  }

  #start(event: EventMap['kanade.run.started.v1'], place: Place): Refusal | undefined {
    const run = this.#runOf(event, place, 'started');
    if ('reason' in run) return run;
    const deadlineAt = place.recordedAt + this.#tallies.of(run.executionKey).timeoutMs;
    this.#rows.start({ key: run.key, state: 'started', supersededState: superseded(run), deadlineAt, position: place.position, startedAt: event.time });
    this.#moved(run, { runId: event.data.runId, endpointId: endpointOf(event) }, 'started', place);
    return undefined;
  }

  #finish(event: EventMap['kanade.run.finished.v1'], place: Place): Refusal | undefined {
    const { data } = event;
    const needed = { stdoutChunks: data.output?.stdout.chunks ?? 0, stderrChunks: data.output?.stderr.chunks ?? 0 };
    const seen = this.#hasSeen(data.runId, needed);
    const run = this.#runOf(event, place, data.state);
    if ('reason' in run) return run;
    const ended = { runKey: run.key, position: place.position, recordedAt: place.recordedAt, event };
    const isThere = run.outputErased === 1 || seen || this.#held.complete(run.key, needed) || place.recordedAt + clockSlackMs < this.#session.outputKnownUntil;
    if (isThere) this.#end(run, { runId: data.runId, endpointId: endpointOf(event) }, ended);
    else this.#held.hold(ended, needed);
    return undefined;
  }

  #presume({ data }: EventMap['kanade.execution.runs-presumed.v1'], place: Place): undefined {
    for (const runId of data.runIds) {
      this.#recent.drop(runId);
      const run = this.#rows.find({ id: runId });
      // The decision was made on rows a moment old: a run that ended since is left as it is, with no harm done.
      if (run === undefined || isEnded(run.state) || this.#held.has(run.key)) continue;
      const named = this.#rows.names({ key: run.key });
      if (named === undefined) continue;
      this.#rows.presume({ key: run.key, state: data.state, endedPosition: place.position, endedAt: place.recordedAt });
      this.#moved(run, named, data.state, place);
    }
  }

  /** True when every chunk an end names has just been folded; false says nothing. */
  #hasSeen(runId: string, needed: { readonly stdoutChunks: number; readonly stderrChunks: number }): boolean {
    const stdout = this.#recent.chunks(runId, outputStreamNumbers.stdout);
    const stderr = this.#recent.chunks(runId, outputStreamNumbers.stderr);
    return stdout !== undefined && stdout >= needed.stdoutChunks && stderr !== undefined && stderr >= needed.stderrChunks;
  }

  /** The run a fact is about, when its writer may speak of it. */
  #runOf(event: Fact, place: Place, next: RunState): RunRow | Refusal {
    const { runId } = event.data;
    const run = this.#recent.get(runId) ?? this.#rows.find({ id: runId }) ?? this.#recovered(event, place);
    this.#recent.drop(runId);
    if (run === undefined) return refuse('run-unknown', `run ${runId} was never targeted, or is no longer kept`);
    if (run.endpointKey !== place.endpointKey) return refuse('foreign-source', `run ${runId} is not on this endpoint`);
    if (this.#held.has(run.key)) return refuse('run-ended', 'the run had ended and its output is on the way');
    return judgeFact(run, next) ?? run;
  }

  /** A run of an execution whose request this history has lost, known from here on by what its agent says. */
  #recovered({ data, time }: Fact, place: Place): RunRow | undefined {
    const executionKey = this.#recover(data.executionId, time, place);
    if (executionKey === undefined) return undefined;
    const { endpointKey, recordedAt, position } = place;
    this.#tallies.grow(executionKey);
    this.#add({ id: data.runId, executionKey, endpointKey, deadlineAt: recordedAt, queuedPosition: position, held: 0 }, place);
    return this.#rows.find({ id: data.runId });
  }

  /** Adds a run, of the site its endpoint belongs to now; says which that is. */
  #add(run: Omit<NewRun, 'key' | 'siteKey'>, at: Recorded): string {
    const siteKey = this.#session.keys.siteOf(run.endpointKey);
    this.#rows.insert({ key: this.#nextKey(), ...run, siteKey });
    this.#sites.add(run.executionKey, siteKey, at.position);
    this.#tallies.move(run.executionKey, siteKey, null, 'queued', at);
    return this.#session.keys.siteName(siteKey);
  }

  #end(run: RunRow, named: { runId: string; endpointId: string }, { event, position, recordedAt }: HeldEnd): void {
    const { data } = event;
    this.#rows.end({
      key: run.key, state: data.state, supersededState: superseded(run), exitCode: data.exitCode, signal: data.signal,
      reasonCode: data.reason?.code ?? null, reasonMessage: data.reason?.message ?? null, startedAt: data.startedAt, finishedAt: data.finishedAt,
      durationMs: data.durationMs, stdoutBytes: data.output?.stdout.bytes ?? 0, stderrBytes: data.output?.stderr.bytes ?? 0,
      outputChunks: (data.output?.stdout.chunks ?? 0) + (data.output?.stderr.chunks ?? 0), endedPosition: position, endedAt: recordedAt,
    });
    this.#moved(run, named, data.state, { position, recordedAt }, data.exitCode);
  }

  #endHeld(heldEnd: HeldEnd): void {
    const named = this.#rows.names({ key: heldEnd.runKey });
    const run = named && this.#rows.find({ id: named.runId });
    if (named === undefined || run === undefined) return;
    this.#recent.drop(named.runId);
    // Late as it is applied, it holds from where it was recorded.
    this.#session.position.during(heldEnd.position, () => { this.#end(run, named, heldEnd); });
    // It waited while others ended: the execution ended with the latest of them, not with the one that is applied last.
    if (!this.#tallies.hasEnded(run.executionKey)) return;
    const latest = this.#rows.lastEnd({ executionKey: run.executionKey })?.endedAt ?? heldEnd.recordedAt;
    this.#tallies.endAt(run.executionKey, latest);
  }

  #moved(run: RunRow, named: { runId: string; endpointId: string }, state: RunState, at: Recorded, exitCode: number | null = null): void {
    this.#tallies.move(run.executionKey, run.siteKey, run, state, at);
    const executionId = this.#tallies.of(run.executionKey).id;
    const { commandSequence, commandIncarnation } = run;
    this.#session.changes.run({ ...named, executionId, site: this.#session.keys.siteName(run.siteKey), state, exitCode, commandSequence, commandIncarnation });
  }

  #nextKey(): number {
    const key = (this.#lastKey ?? this.#rows.lastKey({})?.key ?? 0) + 1;
    this.#lastKey = key;
    return key;
  }
}
