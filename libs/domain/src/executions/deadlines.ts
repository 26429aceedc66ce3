import { presenceIntervalMs } from '@kanade/contracts';

/** Time an agent gets beyond a script's own timeout to kill it, store its output and report, ms. */
export const reportGraceMs = 60_000;
/** Beats in which an active run must be missing before its endpoint is asked about it. */
export const missedBeats = 3;

/** A run that has not ended, as far as it is folded; times are Unix ms. */
export interface OpenRun {
  readonly state: 'queued' | 'accepted' | 'started';
  readonly expiresAt: number;
  readonly timeoutMs: number;
  /** When it came into its state, as recorded. */
  readonly since: number;
}

/** When the run's endpoint last named it in a beat (or since when it has been watched), and since when its endpoint beats at all. */
export interface RunSigns {
  readonly listedAt: number;
  /** The newest beat of its endpoint, null when none came since this process started. */
  readonly beatAt: number | null;
}

/** What is to be done about a run now: presume it expired or lost, ask its endpoint, or wait until `at`. */
export type DeadlineStep = { readonly kind: 'expired' | 'lost' | 'ask' } | { readonly kind: 'wait'; readonly at: number };

/** When a run must have ended, at the latest, if its endpoint is well. */
export function runDeadline(run: OpenRun): number {
  // A queued run may start until it expires; one accepted in the last moment still gets its whole time.
  const begin = run.state === 'started' ? run.since : Math.max(run.since, run.expiresAt);
  return begin + run.timeoutMs + reportGraceMs;
}

/** Decides on one open run, so that every run ends for whoever waits, whatever became of its endpoint. */
export function decideDeadline(run: OpenRun, signs: RunSigns, now: number): DeadlineStep {
  if (run.state === 'queued') return now >= run.expiresAt ? { kind: 'expired' } : { kind: 'wait', at: run.expiresAt };
  const deadline = runDeadline(run);
  // While its endpoint goes on naming it, a run is not lost; but an endpoint that names it for ever is not believed for ever.
  const named = signs.beatAt !== null && now - signs.listedAt < missedBeats * presenceIntervalMs;
  const limit = named ? deadline + run.timeoutMs + 10 * reportGraceMs : deadline;
  if (now >= limit) return { kind: 'lost' };
  const silentUntil = signs.listedAt + missedBeats * presenceIntervalMs;
  const beats = signs.beatAt !== null && now - signs.beatAt < missedBeats * presenceIntervalMs;
  if (beats && now >= silentUntil) return { kind: 'ask' };
  return { kind: 'wait', at: Math.min(limit, Math.max(silentUntil, now + presenceIntervalMs)) };
}
