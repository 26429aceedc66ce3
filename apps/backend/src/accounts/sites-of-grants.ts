import type { Grant } from '@kanade/contracts';

/** Every site that grants name, with its place in a request. */
export function sitesOf(grants: readonly Grant[]): { readonly site: string; readonly path: string }[] {
  return grants.flatMap(({ sites }, index) => (sites === 'all' ? [] : sites.map((site, place) => ({ site, path: `grants.${index}.sites.${place}` }))));
}
