import { getExecution, listRuns } from '@kanade/api-client';
import type { RunView } from '@kanade/api-client';
import type { Record } from '../random-kills/record.ts';

/** An execution as it was asked for. */
export interface Asked {
  readonly executionId: string;
  readonly cancelled: boolean;
}

/** A lease of 15 s, one more to notice that it is free, and two between two looks at the deadlines. */
const leaderlessMs = 18_000;
/** Two seconds between two looks at the deadlines, and what a loaded machine adds. */
const slackMs = 6000;

/** The latest a deadline may be kept: a leader that was killed in the meantime costs its lease. */
export function latestFor(deadline: number, kills: readonly number[]): number {
  let latest = deadline;
  for (const kill of [...kills].sort((a, b) => a - b)) if (kill + leaderlessMs > deadline && kill <= latest + slackMs) latest = Math.max(latest, kill + leaderlessMs);
  return latest + slackMs;
}

function problemsOfRun(run: RunView, { cancelled }: Asked, record: Record): string[] {
  const ends = record.finished.get(run.runId)?.length ?? 0;
  const allowed = ['succeeded', 'expired', ...(cancelled ? ['cancelled'] : [])];
  return [
    ...(allowed.includes(run.state) ? [] : [`it is ${run.state}`]),
    ...(ends === (run.state === 'succeeded' ? 1 : 0) ? [] : [`it is ${run.state}, and its end stands in the history ${ends} times`]),
    ...(run.state === 'succeeded' || run.presumed ? [] : [`it is ${run.state}, which nobody presumed`]),
  ];
}

/** What is wrong with an execution: runs that ended as they could not, twice, or later than their deadline allows. */
export async function judge(asked: Asked, record: Record, kills: readonly number[]): Promise<string[]> {
  const { expiresAt } = await getExecution(asked.executionId);
  const { items: runs } = await listRuns({ executionId: asked.executionId, limit: 500 });
  const latest = latestFor(Date.parse(expiresAt), kills);
  return runs.flatMap((run) => {
    const presumedAt = record.presumed.get(run.runId) ?? 0;
    const late = presumedAt > latest ? [`its deadline ${expiresAt} was kept ${Math.round((presumedAt - Date.parse(expiresAt)) / 1000)} s late`] : [];
    return [...problemsOfRun(run, asked, record), ...late].map((problem) => `run ${run.runId} on ${run.endpointName}: ${problem}`);
  });
}
