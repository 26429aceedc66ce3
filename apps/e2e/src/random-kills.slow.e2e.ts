import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getExecution } from '@kanade/api-client';
import { Installation } from './installation.ts';
import { seedsOf } from './random-kills/chance.ts';
import { Disturbance } from './random-kills/disturbance.ts';
import { ask, signIn, untilWell } from './random-kills/load.ts';
import type { Asked } from './random-kills/load.ts';
import { planOf } from './random-kills/plan.ts';
import { readRecord } from './random-kills/record.ts';
import { knownBefore, readTables } from './random-kills/tables.ts';
import { judge } from './random-kills/verdict.ts';
import { until } from './until.ts';

const seeds = seedsOf('KANADE_SEEDS', '1-20');
const tell = (text: string) => process.stdout.write(`${text}\n`);

let kanade: Installation;
let failures = 0;
let logFile: string;
beforeAll(async () => {
  kanade = await Installation.start({ endpoints: 3 });
  logFile = join(kanade.dataDir, 'lines');
  signIn(kanade);
});
afterAll(async () => {
  // What a failed seed left is the only thing that tells why.
  if (failures === 0) return kanade.discard();
  await kanade.stop();
  tell(`kept for a look: ${kanade.dataDir}`);
});

/** How often each line was left, whichever seed left it. */
function linesLeft(): Map<string, number> {
  const lines = new Map<string, number>();
  for (const line of readFileSync(logFile, { encoding: 'utf8', flag: 'a+' }).split('\n')) if (line !== '') lines.set(line, (lines.get(line) ?? 0) + 1);
  return lines;
}

/** Does what the seed says, gives everything back, and waits until all it asked for has ended. */
async function play(seed: number): Promise<{ asked: Asked[]; summary: string }> {
  const realEndpoint = kanade.runtime.agents[0]?.endpointId ?? '';
  const disturbance = new Disturbance(kanade);
  const asking: Promise<Asked>[] = [];
  for (const step of planOf(seed, logFile)) {
    if (step.kind === 'pause') await pause(step.ms);
    else if (step.kind === 'kill') disturbance.kill(step.part, step.downMs);
    else asking.push(ask(step, realEndpoint));
  }
  await disturbance.over();
  const asked = await Promise.all(asking);
  await untilWell();
  for (const { executionId, script } of asked) {
    await until(`${script.mark} to end`, async () => (await getExecution(executionId)).state !== 'running' || undefined, 120_000);
  }
  const kills = Object.entries(disturbance.kills).map(([part, count]) => `${part} ${count}`).join(', ');
  return { asked, summary: `${asked.length} executions; killed: ${kills}` };
}

const tally = (states: readonly string[]) => [...new Set(states)].sort().map((state) => `${state} ${states.filter((each) => each === state).length}`).join(', ');

describe('random kills', () => {
  it.each(seeds)('seed %i: every run ends once, runs at most once and keeps what it printed', { timeout: 300_000 }, async (seed) => {
    const started = Date.now();
    failures += 1;
    const { asked, summary } = await play(seed).catch((error: unknown) => {
      throw new Error(`seed ${seed} did not come to its end; the supervisor said:\n${kanade.said().split('\n').slice(-30).join('\n')}`, { cause: error });
    });
    const record = await readRecord(kanade.runtime);
    const evidence = { record, lines: linesLeft(), realEndpoint: kanade.runtime.agents[0]?.endpointId ?? '' };
    const problems = [...record.breaks];
    const states: string[] = [];
    for (const execution of asked) {
      const judged = await judge(execution, evidence);
      problems.push(...judged.problems);
      states.push(...judged.states);
    }
    const { fold, verifier } = await untilWell();
    if (fold.poisonCount > 0) problems.push(`${fold.poisonCount} events are poison`);
    if (verifier.invalidCount > 0) problems.push(`${verifier.invalidCount} signatures are invalid`);
    tell(`seed ${seed}: ${problems.length === 0 ? 'ok' : 'FAILED'} (${summary}; runs: ${tally(states)}; ${((Date.now() - started) / 1000).toFixed(1)} s)`);
    expect(problems, `seed ${seed} (KANADE_SEEDS=${seed} repeats it)`).toEqual([]);
    failures -= 1;
  });

  it('leave tables that a fold from zero makes again', async () => {
    failures += 1;
    expect([...linesLeft()].filter(([, count]) => count > 1)).toEqual([]);
    await untilWell();
    const before = await readTables();
    await kanade.stop();
    const folder = join(kanade.dataDir, 'backend');
    for (const file of readdirSync(folder)) rmSync(join(folder, file), { recursive: true });
    await kanade.start(3);
    const status = await untilWell();
    expect(status.fold.poisonCount).toBe(0);
    expect(knownBefore(await readTables(), before)).toEqual(before);
    failures -= 1;
  });
});
