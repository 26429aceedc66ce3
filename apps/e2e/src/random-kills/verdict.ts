import { getRunOutput, listRuns } from '@kanade/api-client';
import type { RunView } from '@kanade/api-client';
import type { Asked } from './load.ts';
import type { Record } from './record.ts';

/** What runs are held against. */
export interface Evidence {
  readonly record: Record;
  /** How often each line stands in the file the scripts write to. */
  readonly lines: ReadonlyMap<string, number>;
  readonly realEndpoint: string;
}

async function stdoutOf(run: RunView): Promise<string> {
  const pieces: string[] = [];
  for (let offset = 0; offset < run.stdoutBytes; ) {
    const bytes = new Uint8Array(await (await getRunOutput(run.runId, 'stdout', { offset })).arrayBuffer());
    if (bytes.length === 0) break;
    // All of it is ASCII, so a piece never ends in the middle of a character.
    pieces.push(Buffer.from(bytes).toString('utf8'));
    offset += bytes.length;
  }
  return pieces.join('');
}

/** The end of a run must stand in the history once, and the table must say the same. */
function problemsOfEnd(run: RunView, asked: Asked, record: Record): string[] {
  const ends = record.finished.get(run.runId) ?? [];
  const withdrawn = ends.length === 0 && asked.cancelled && run.state === 'cancelled' && run.presumed;
  if (withdrawn) return [];
  return [
    ...(ends.length === 1 ? [] : [`its end stands in the history ${ends.length} times`]),
    ...(run.presumed ? ['a presumption was not superseded'] : []),
    ...(ends[0] !== undefined && ends[0].state !== run.state ? [`the table says ${run.state}, its agent ${ends[0].state}`] : []),
    ...(ends[0] !== undefined && (ends[0].output?.stdout.bytes ?? 0) !== run.stdoutBytes ? ['the table has another size of output than its agent told'] : []),
  ];
}

function problemsOfState(run: RunView, asked: Asked, real: boolean): string[] {
  const whole = asked.script.exitCode === 0 ? 'succeeded' : 'failed';
  const allowed = [whole, ...(real ? ['interrupted'] : []), ...(asked.cancelled ? ['cancelled'] : [])];
  return allowed.includes(run.state) ? [] : [`it ended as ${run.state} (${run.reason?.message ?? 'no reason'})`];
}

/** The script of the real endpoint: what it left and what it printed. */
async function problemsOfScript(run: RunView, { script }: Asked, lines: number): Promise<string[]> {
  const stdout = await stdoutOf(run);
  const complete = run.state === 'succeeded' || run.state === 'failed';
  const printed = complete ? stdout === script.stdout : script.stdout.startsWith(stdout);
  return [
    ...(lines > 1 ? [`it ran ${lines} times`] : []),
    ...(complete && lines === 0 ? ['it left no line'] : []),
    ...(stdout.length === run.stdoutBytes ? [] : [`only ${stdout.length} of ${run.stdoutBytes} bytes of its output are there`]),
    ...(printed ? [] : [`its output of ${stdout.length} bytes is not what it printed (${script.stdout.length})`]),
  ];
}

/** How an execution's runs ended, and everything that is wrong with them. */
export async function judge(asked: Asked, { record, lines, realEndpoint }: Evidence): Promise<{ states: string[]; problems: string[] }> {
  const { items: runs } = await listRuns({ executionId: asked.executionId, limit: 100 });
  const problems: string[] = runs.length === 0 ? [`${asked.script.mark} has no runs`] : [];
  for (const run of runs) {
    const real = run.endpointId === realEndpoint;
    const found = [
      ...problemsOfEnd(run, asked, record),
      ...problemsOfState(run, asked, real),
      ...(real ? await problemsOfScript(run, asked, lines.get(asked.script.mark) ?? 0) : []),
    ];
    problems.push(...found.map((problem) => `${asked.script.mark} on ${run.endpointName} (run ${run.runId}, ${run.state}): ${problem}`));
  }
  return { states: runs.map(({ state }) => state), problems };
}
