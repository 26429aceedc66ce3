import { build } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import { ownerOfRun } from '../executions/run.reads.ts';

/** What is to be gone from the streams. */
export type Erased =
  | { readonly kind: 'run'; readonly runId: string; readonly endpointId: string }
  | { readonly kind: 'part'; readonly eventId: string }
  /** Its samples and private parts, as far as they were recorded until then (Unix ms). */
  | { readonly kind: 'endpoint'; readonly endpointId: string; readonly until: number };

export const erasedRunsSql = () =>
  build.selectFrom('runs').innerJoin('endpoints', 'endpoints.key', 'runs.endpointKey').select(['runs.id as runId', 'endpoints.id as endpointId']).where('runs.outputErased', '=', 1);

const erasedEndpoints = () => build.selectFrom('endpoints').select(['id', 'erasedAt']).where('erasedPosition', 'is not', null);

/** Everything that was ever erased: what a crash left undone is among it. */
export function allErased(reader: Reader): Erased[] {
  return [
    ...reader.all(erasedRunsSql()).map((run) => ({ kind: 'run' as const, ...run })),
    ...reader.all(build.selectFrom('erasedParts').select('eventId')).map((part) => ({ kind: 'part' as const, ...part })),
    ...reader.all(erasedEndpoints()).map(({ id, erasedAt }) => ({ kind: 'endpoint' as const, endpointId: id, until: erasedAt ?? 0 })),
  ];
}

/** What a change of kind `erasure` speaks of; undefined when the read model knows nothing of it (any more). */
export function erasedBy(reader: Reader, change: string): Erased | undefined {
  const [kind, id = ''] = change.split(' ');
  if (kind === 'run') {
    const owner = ownerOfRun(reader, id);
    return owner === undefined ? undefined : { kind, runId: id, endpointId: owner.endpointId };
  }
  if (kind === 'part') return { kind, eventId: id };
  const row = reader.get(erasedEndpoints().where('id', '=', id));
  return row === undefined ? undefined : { kind: 'endpoint', endpointId: id, until: row.erasedAt ?? 0 };
}
