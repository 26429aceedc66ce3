/** Gives an event of one version as the next; it must not change what the event means, and never looks outside it. */
export type Upcaster = (event: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/** By the old type, how to make the next version of it. The history keeps what was written; what is folded is the newest version. */
export const upcasters: ReadonlyMap<string, Upcaster> = new Map();

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** An event's value in its newest version; everything else as it is. */
export function upcast(value: unknown, table: ReadonlyMap<string, Upcaster> = upcasters): unknown {
  let newest = value;
  // Each version is a step; a table that leads in a circle ends, and the type it ends with is refused.
  for (let steps = 0; steps < table.size && isRecord(newest); steps += 1) {
    const step = typeof newest['type'] === 'string' ? table.get(newest['type']) : undefined;
    if (step === undefined) return newest;
    newest = step(newest);
  }
  return newest;
}

/** What the upcasters do, as text: what was folded with others may have to be folded anew. */
export const upcastersText = (table: ReadonlyMap<string, Upcaster> = upcasters): string => [...table].map(([type, step]) => `${type} ${step.toString()}`).join('\n');
