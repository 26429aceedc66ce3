import type { StoredMessage } from '../fold/message.ts';
import type { Session } from '../fold/session.ts';
import { hourMs, openCuts } from './cuts.ts';
import type { Cut } from './cuts.ts';
import { openEventTrim } from './event-rows.ts';
import { keptKinds, youngHours } from './kept.ts';
import type { Kept, KeptKind } from './kept.ts';
import { openPastTrim } from './past-rows.ts';

/** Rows of a kind that go in one step. */
export const stepRows = 500;
/** While there are more to go, a step is made before every so many positions. */
export const stepEvery = 4;
/** A clock that stamps events may be this far from the one that records them. */
const clockSlackMs = 24 * hourMs;

/** What goes of the executions that have ended. */
export interface GoingExecutions {
  /** Those that ended before this (Unix ms). */
  readonly before: number;
  /** And those requested up to this position, if they ended before `young`. */
  readonly position: number;
  readonly young: number;
}

interface Trimmed {
  /** Removes some of the runs and executions that go; says how many rows. */
  readonly executions: (going: GoingExecutions, most: number) => number;
  /** Writes what was kept in memory since the last event. */
  readonly flush: () => void;
}

interface State {
  hour: number;
  readonly cuts: Map<string, Cut>;
  draining: boolean;
}

/**
 * Lets old rows go, in small steps between the events that are folded. When a step is made, and what goes in it, follows from the positions and
 * recorded times of the events alone: an incremental fold and one from the beginning come to the same rows.
 */
export function openTrimming(session: Session, kept: Kept, trimmed: Trimmed) {
  const cuts = openCuts(session, kept);
  const trim = openStep(session, trimmed);
  let state: State | undefined;

  const load = (): State => {
    const loaded = cuts.load();
    session.indexedSince = indexedSince(loaded.cuts);
    return { ...loaded, draining: [...loaded.cuts.values()].some(({ draining }) => draining) };
  };

  const begin = (now: State, hour: number, position: number): void => {
    cuts.addHour(hour, position);
    now.hour = hour;
    for (const kind of keptKinds) {
      const known = now.cuts.get(kind) ?? { before: 0, position: 0, swept: 0, draining: false };
      const next = cuts.of(kind, hour, position);
      if (next.before === known.before && next.position === known.position) continue;
      keep(now, kind, { ...known, ...next, draining: true });
    }
    session.indexedSince = indexedSince(now.cuts);
  };

  const keep = (now: State, kind: KeptKind, cut: Cut): void => {
    cuts.save(kind, cut);
    now.cuts.set(kind, cut);
  };

  const step = (now: State): void => {
    now.draining = false;
    for (const kind of keptKinds) {
      const cut = now.cuts.get(kind);
      if (cut?.draining !== true) continue;
      const { removed, swept } = trim(kind, cut, now.hour);
      const draining = removed >= stepRows;
      now.draining ||= draining;
      if (swept !== cut.swept || !draining) keep(now, kind, { ...cut, swept, draining });
    }
  };

  return {
    /** To be called before an event is folded. */
    before({ sequence, recordedAt }: StoredMessage): void {
      state ??= load();
      const hour = Math.floor(recordedAt / hourMs);
      const begins = hour > state.hour;
      if (!begins && (!state.draining || sequence % stepEvery !== 0)) return;
      trimmed.flush();
      if (begins) begin(state, hour, sequence);
      step(state);
    },
    /** Drops everything remembered, after a rollback. */
    forget(): void {
      state = undefined;
      cuts.forget();
    },
  };
}

/** One step of a kind: how much it removed, and how far the index of the events has been gone through since. */
function openStep(session: Session, trimmed: Trimmed) {
  const rows = openEventTrim(session);
  const past = openPastTrim(session.connection);
  return (kind: KeptKind, { before, position, swept }: Cut, hour: number): { readonly removed: number; readonly swept: number } => {
    switch (kind) {
      case 'executions': return { removed: trimmed.executions({ before, position, young: (hour - youngHours) * hourMs }, stepRows), swept };
      case 'events': return rows.sweep(swept, Math.min(position, swept + stepRows));
      case 'audit': return { removed: rows.audit(position, stepRows), swept };
      case 'past': return { removed: past(position, stepRows), swept };
      default: return kind satisfies never;
    }
  };
}

/** Since when (Unix ms) every event of the backend is in the index, so that one stored a second time is known; 0 while none has gone. */
function indexedSince(known: ReadonlyMap<string, Cut>): number {
  const events = known.get('events');
  return events === undefined || events.position === 0 ? 0 : events.before + clockSlackMs;
}
