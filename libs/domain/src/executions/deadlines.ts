/** Time an agent gets beyond a run's own limits to kill it, store its output and report, ms. */
export const reportGraceMs = 60_000;
/** How much longer an endpoint that goes on naming a run in its beats is believed, ms. */
export const overrunMs = 15 * 60_000;
/** Beats in which an active run must be missing before its endpoint is asked about it. */
export const missedBeats = 3;

/** A run that has not ended, as far as it is folded; `deadlineAt` (Unix ms) is its expiry while queued, else the end of its own time limit. */
export interface OpenRun {
  readonly state: 'queued' | 'accepted' | 'started';
  readonly deadlineAt: number;
}

/** What its endpoint said of a run: whether its newest beat names it, how many beats in a row did not, whether its ledger denied ever having seen it. */
export interface RunSigns {
  readonly named: boolean;
  readonly missed: number;
  readonly denied: boolean;
}

/** What is to be done about a run now: presume its end, ask its endpoint, or nothing yet. */
export type DeadlineStep = 'expired' | 'lost' | 'ask' | null;

/** Decides on one open run, so that every run ends for whoever waits, whatever became of its endpoint. */
export function decideDeadline(run: OpenRun, signs: RunSigns, now: number): DeadlineStep {
  if (run.state === 'queued') return now >= run.deadlineAt ? 'expired' : null;
  if (signs.denied) return 'lost';
  // An endpoint that names a run is believed, but not for ever.
  if (now >= run.deadlineAt + reportGraceMs + (signs.named ? overrunMs : 0)) return 'lost';
  return signs.missed >= missedBeats ? 'ask' : null;
}
