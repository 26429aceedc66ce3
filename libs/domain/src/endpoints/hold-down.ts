/** How long, in ms, an endpoint must stay away before it is told to be offline, and a change before the next may follow. */
export const presenceHoldMs = 5000;

/** What is known about one endpoint's presence: what the history says, and what was observed since. Times are Unix ms. */
export interface PresenceView {
  readonly recorded: 'online' | 'offline' | 'never-seen';
  /** When the newest recorded transition was observed, 0 for none. */
  readonly recordedAt: number;
  readonly observed: 'online' | 'offline';
  /** Since when it is observed so. */
  readonly since: number;
}

/** The transition that is due now (`null`: none), and when to look again (`null`: when something new is observed). */
export interface PresenceStep {
  readonly transition: 'online' | 'offline' | null;
  readonly again: number | null;
}

/** Holds transitions down, so that a flapping link makes few events: leaving waits, and so does whatever follows a change at once. */
export function stepPresence(view: PresenceView, now: number): PresenceStep {
  const wanted = view.observed;
  const settled = wanted === 'online' ? view.recorded === 'online' : view.recorded !== 'online';
  if (settled) return { transition: null, again: null };
  const due = Math.max(wanted === 'offline' ? view.since + presenceHoldMs : view.since, view.recordedAt + presenceHoldMs);
  return now >= due ? { transition: wanted, again: null } : { transition: null, again: due };
}
