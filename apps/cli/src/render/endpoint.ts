import type { EndpointView } from '@kanade/api-client';

const dayMs = 86_400_000;

/** Whether an endpoint began to call itself so within the last day: a name is the endpoint's own word, and a new one may be borrowed. */
export function isNewName({ nameSince }: Pick<EndpointView, 'nameSince'>, now: number): boolean {
  return now - Date.parse(nameSince) < dayMs;
}

/** What an endpoint is called: the operators' alias with its own name behind it, and what must not be overlooked about that name. */
export function describeName(endpoint: Pick<EndpointView, 'name' | 'alias' | 'nameSince' | 'simulated'>, now: number): string {
  const called = endpoint.alias === null ? endpoint.name : `${endpoint.alias} [${endpoint.name}]`;
  const marks = [...(endpoint.simulated ? ['simulated'] : []), ...(isNewName(endpoint, now) ? ['new name'] : [])];
  return marks.length === 0 ? called : `${called} (${marks.join(', ')})`;
}

/** Whether it is there, and whatever keeps commands from it. */
export function describeStatus({ status, standing, quarantined, conflicted, held }: Pick<EndpointView, 'status' | 'standing' | 'quarantined' | 'conflicted' | 'held'>): string {
  const marks = [...(quarantined ? ['quarantined'] : []), ...(conflicted ? ['identity conflict'] : []), ...(held ? ['held'] : [])];
  return [standing === 'active' ? status : standing, ...marks].join(', ');
}
