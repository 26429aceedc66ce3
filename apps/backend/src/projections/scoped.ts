import type { Principal } from '../accounts/principal.ts';

/** The sites a principal may see, `undefined` for all; every query of endpoints asks. */
export function visibleSites({ scope }: Principal): readonly string[] | undefined {
  return scope.sites === 'all' ? undefined : scope.sites;
}
