// No schema library here: an agent needs these words, and cannot spare the memory.

/** The states in which an agent ends a run; they are facts, and nothing supersedes them. */
export const finalRunStates = ['succeeded', 'failed', 'timed-out', 'cancelled', 'refused', 'skipped', 'interrupted'] as const;
/** What the backend presumes when it has waited long enough; a later fact supersedes it. */
export const presumedRunStates = ['expired', 'lost', 'cancelled'] as const;
/** Every state a run can be in, in the order a run passes through them. */
export const runStates = ['queued', 'accepted', 'started', ...finalRunStates, 'expired', 'lost'] as const;
