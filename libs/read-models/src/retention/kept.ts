/** How much of one kind of rows the read model keeps. */
export interface Keep {
  /** Whole hours of recorded time. */
  readonly hours: number;
  /** So many at most, once they are older than `youngHours`. */
  readonly most: number;
}

/**
 * What the read model lets go in time: executions that have ended with their runs (`most` counts runs), the index of the events, the audit, and
 * what rows said before (`most` counts events that can be looked back over). Everything else stays.
 */
export const keptKinds = ['executions', 'events', 'audit', 'past'] as const;
export type KeptKind = (typeof keptKinds)[number];
export type Kept = Readonly<Record<KeptKind, Keep>>;

/** Nothing younger goes for its number alone: what has just happened is what everybody looks for, and what decides about replays. */
export const youngHours = 48;

const always: Keep = { hours: Number.MAX_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER };

/** Lets nothing go. */
export const keepAll: Kept = { executions: always, events: always, audit: always, past: always };
