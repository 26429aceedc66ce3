import { Chance } from '../random-kills/chance.ts';

/** `answering`: endpoints that run what they get. `everyone`: also some that take their commands in silence, and some that are away. */
export type Targets = 'answering' | 'everyone';

export type Step =
  | { readonly kind: 'run'; readonly on: Targets; readonly expiresInSeconds: number; readonly cancelAfterMs: number | null }
  | { readonly kind: 'kill'; readonly downMs: number }
  | { readonly kind: 'pause'; readonly ms: number };

/** The other one only takes the lead when the one that had it is away for longer than its lease, 15 s. */
const outlastsLeaseMs = 17_000;

function runOf(chance: Chance): Step {
  const everyone = chance.happens(0.6);
  const cancelAfterMs = chance.happens(0.2) ? chance.between(0, 1500) : null;
  // What nobody answers has to end by its deadline.
  return { kind: 'run', on: everyone ? 'everyone' : 'answering', expiresInSeconds: everyone ? chance.between(2, 14) : 3600, cancelAfterMs };
}

/** Right behind a request or in between; away for a moment, or until the other one has taken over. */
function killOf(chance: Chance, takeOver: boolean): Step[] {
  const pause: Step[] = chance.happens(0.7) ? [{ kind: 'pause', ms: chance.between(0, 120) }] : [];
  return [...pause, { kind: 'kill', downMs: takeOver ? outlastsLeaseMs + chance.between(0, 2000) : chance.between(0, 2500) }];
}

/** What a seed does: load, and a leader killed in the middle of it, twice. One of the two stays away long enough for the other to take over. */
export function planOf(seed: number): Step[] {
  const chance = new Chance(seed);
  const takeOverFirst = chance.happens(0.5);
  const steps: Step[] = [];
  for (const takeOver of [takeOverFirst, !takeOverFirst]) {
    for (let runs = chance.between(3, 6); runs > 0; runs -= 1) steps.push(runOf(chance), { kind: 'pause', ms: chance.between(0, 700) });
    steps.push(runOf(chance), ...killOf(chance, takeOver));
  }
  for (let runs = chance.between(1, 3); runs > 0; runs -= 1) steps.push(runOf(chance));
  return steps;
}
