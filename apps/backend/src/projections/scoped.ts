import type { Principal } from '../accounts/principal.ts';

/** The sites a principal may see, `undefined` for all; every query of endpoints asks, so that narrower scopes have their place. */
export function visibleSites({ scope }: Principal): readonly string[] | undefined {
  switch (scope.sites) {
    case 'all':
      return undefined;
    default:
      return scope.sites satisfies never;
  }
}
