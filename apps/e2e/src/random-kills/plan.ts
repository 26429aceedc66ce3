import { Chance } from './chance.ts';

export const parts = ['backend', 'broker', 'agent'] as const;
export type Part = (typeof parts)[number];

/** A script that leaves a line only it leaves, and prints what can be foretold. */
export interface Script {
  readonly mark: string;
  readonly source: string;
  readonly stdout: string;
  readonly exitCode: number;
}

export type Step =
  | { readonly kind: 'run'; readonly everywhere: boolean; readonly script: Script; readonly cancelAfterMs: number | null }
  | { readonly kind: 'kill'; readonly part: Part; readonly downMs: number }
  | { readonly kind: 'pause'; readonly ms: number };

const seconds = (chance: Chance) => (chance.between(0, 8) / 10).toFixed(1);

const numbered = (mark: string, from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `${mark} ${String(from + index).padStart(7, '0')}\n`).join('');

/** Half of them print, in two goes, up to some chunks' worth; the line comes before, between or after. */
function scriptOf(chance: Chance, mark: string, logFile: string): Script {
  const lines = chance.happens(0.5) ? chance.pick([1, 40, 3000, 12_000]) * 2 : 0;
  const exitCode = chance.happens(0.15) ? 3 : 0;
  const half = lines / 2;
  const print = (from: number, to: number) => (lines === 0 ? [] : [`seq -f '${mark} %07.0f' ${from} ${to}`]);
  const wait = () => (chance.happens(0.6) ? [`sleep ${seconds(chance)}`] : []);
  const statements = [...print(1, half), ...wait(), ...print(half + 1, lines), ...wait()];
  statements.splice(chance.between(0, statements.length), 0, `echo '${mark}' >> '${logFile}'`);
  return { mark, source: [...statements, `exit ${exitCode}`].join('\n'), stdout: lines === 0 ? '' : numbered(mark, 1, lines), exitCode };
}

function killOf(chance: Chance): Step {
  return { kind: 'kill', part: chance.pick(parts), downMs: chance.happens(0.3) ? 0 : chance.between(50, 2500) };
}

/** What a seed does: load, with kills in between that overlap it and each other. */
export function planOf(seed: number, logFile: string): Step[] {
  const chance = new Chance(seed);
  const steps: Step[] = [];
  let runs = 0;
  const run = (): Step => {
    const script = scriptOf(chance, `s${seed}-${(runs += 1)}`, logFile);
    return { kind: 'run', everywhere: chance.happens(0.4), script, cancelAfterMs: chance.happens(0.12) ? chance.between(0, 1500) : null };
  };
  // Every seed kills something in the middle of load.
  steps.push(run(), run(), { kind: 'pause', ms: chance.between(0, 800) }, killOf(chance));
  for (let more = chance.between(12, 22); more > 0; more -= 1) {
    steps.push(chance.happens(0.3) ? killOf(chance) : run());
    if (chance.happens(0.7)) steps.push({ kind: 'pause', ms: chance.between(0, 900) });
  }
  return steps;
}
