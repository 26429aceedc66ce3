import type { ApprovalState } from '@kanade/contracts';
import type { RunState } from '@kanade/messages';
import type { Place } from '../../fold/events.ts';
import type { Session } from '../../fold/session.ts';
import { prepareGet, prepareWrite } from '../../sqlite/statements.ts';
import type { Parameter } from '../../sqlite/statements.ts';
import { countColumn, executionState, isEnded } from './run-states.ts';
import type { Counts } from './run-states.ts';

interface Tally extends Counts {
  readonly id: string;
  targetCount: number;
  readonly timeoutMs: number;
  readonly expiresAt: string;
  readonly approval: ApprovalState | null;
  endedAt: number | null;
  countedPosition: number;
}

/** How many runs of a site ended so in an hour (since 1970). */
interface HourTally {
  readonly hour: number;
  readonly siteKey: number;
  readonly state: RunState;
  count: number;
}

const columns = [
  'queued', 'accepted', 'started', 'succeeded', 'failed', 'timedOut', 'cancelled', 'refused', 'skipped', 'interrupted', 'expired', 'lost',
] as const;

const hourMs = 3_600_000;

const prepareSave = ({ connection }: Session) =>
  prepareWrite(connection, (query, parameter: Parameter<Counts & { key: number; state: ReturnType<typeof executionState>; endedAt: number | null; countedPosition: number; targetCount: number }>) =>
    query
      .updateTable('executions')
      .set({
        queued: parameter('queued'), accepted: parameter('accepted'), started: parameter('started'), succeeded: parameter('succeeded'), failed: parameter('failed'),
        timedOut: parameter('timedOut'), cancelled: parameter('cancelled'), refused: parameter('refused'), skipped: parameter('skipped'),
        interrupted: parameter('interrupted'), expired: parameter('expired'), lost: parameter('lost'), state: parameter('state'), endedAt: parameter('endedAt'),
        countedPosition: parameter('countedPosition'), targetCount: parameter('targetCount'),
      })
      .where('key', '=', parameter('key')));

/** Counts per execution, and per hour and site, kept in memory during a commit: ten thousand results of one execution cost one row. */
export function openTallies(session: Session) {
  const { connection, changes } = session;
  const load = prepareGet(connection, (query, parameter: Parameter<{ key: number }>) =>
    query.selectFrom('executions').select(['id', 'targetCount', 'timeoutMs', 'expiresAt', 'approval', 'endedAt', 'countedPosition', ...columns]).where('key', '=', parameter('key')));
  const save = prepareSave(session);
  const addToHour = prepareWrite(connection, (query, parameter: Parameter<HourTally>) =>
    query
      .insertInto('endTallies')
      .values({ hour: parameter('hour'), siteKey: parameter('siteKey'), state: parameter('state'), count: parameter('count') })
      .onConflict((conflict) => conflict.columns(['hour', 'siteKey', 'state']).doUpdateSet((row) => ({ count: row('endTallies.count', '+', row.ref('excluded.count')) }))));
  let touched = new Map<number, Tally>();
  let hours = new Map<string, HourTally>();

  const of = (key: number): Tally => {
    const known = touched.get(key);
    if (known !== undefined) return known;
    const tally = load({ key });
    if (tally === undefined) throw new Error(`execution ${key} has no row`);
    touched.set(key, tally);
    return tally;
  };
  const countEnd = (siteKey: number, state: RunState, at: number, by: 1 | -1): void => {
    const hour = Math.floor(at / hourMs);
    const place = `${hour} ${siteKey} ${state}`;
    const entry = hours.get(place) ?? { hour, siteKey, state, count: 0 };
    entry.count += by;
    hours.set(place, entry);
  };

  return {
    of,
    /** Moves one run of a site from a state (null: it is new) to another, where and when that was recorded. */
    move(key: number, siteKey: number, from: { readonly state: RunState; readonly endedAt: number | null } | null, to: RunState, { position, recordedAt: at }: Pick<Place, 'position' | 'recordedAt'>): void {
      const tally = of(key);
      if (from !== null) tally[countColumn(from.state)] -= 1;
      tally[countColumn(to)] += 1;
      if (from !== null && from.endedAt !== null) countEnd(siteKey, from.state, from.endedAt, -1);
      if (isEnded(to)) countEnd(siteKey, to, at, 1);
      tally.endedAt = executionState(tally, tally.targetCount) === 'running' ? null : at;
      tally.countedPosition = Math.max(tally.countedPosition, position);
    },
    /** True when the last run of an execution has ended. */
    hasEnded: (key: number): boolean => of(key).endedAt !== null,
    /** An execution that has ended did so at this recorded time. */
    endAt(key: number, at: number): void {
      of(key).endedAt = at;
    },
    /** A recovered execution has one more target than was known. */
    grow(key: number): void {
      of(key).targetCount += 1;
    },
    flush(): void {
      for (const [key, tally] of touched) {
        save({ ...tally, key, state: executionState(tally, tally.targetCount) });
        changes.row('execution', tally.id);
      }
      for (const entry of hours.values()) addToHour(entry);
      this.forget();
    },
    forget(): void {
      touched = new Map();
      hours = new Map();
    },
  };
}
