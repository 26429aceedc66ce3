import { defaultSite } from '@kanade/contracts';
import type { ControlEvent } from '@kanade/contracts';
import { accept, refuse } from '../decision.ts';
import type { Decision } from '../decision.ts';

/** A site as its events tell it. */
export interface SiteState {
  readonly exists: boolean;
}

export const initialSite: SiteState = { exists: false };

/** `inUse` says in words what still belongs to the site, nothing when it is empty. */
export type SiteCommand = { readonly type: 'create'; readonly site: string } | { readonly type: 'delete'; readonly site: string; readonly inUse: string | undefined };

/** Decides on a site: one that exists is not made again, one in use is not deleted. */
export function decideSite(command: SiteCommand, { exists }: SiteState): Decision {
  const { site } = command;
  if (command.type === 'create') return exists || site === defaultSite ? accept() : accept({ type: 'kanade.site.created.v1', data: { site } });
  if (site === defaultSite) return refuse('site-in-use', `the site ${defaultSite} is where endpoints belong that are nowhere else; it stays`);
  if (!exists) return refuse('not-found', `there is no site ${site}; kanade site list shows them`);
  if (command.inUse !== undefined) return refuse('site-in-use', `the site ${site} cannot be deleted: ${command.inUse}`);
  return accept({ type: 'kanade.site.deleted.v1', data: { site } });
}

/** The state after one more event. */
export function evolveSite(state: SiteState, event: ControlEvent): SiteState {
  if (event.type === 'kanade.site.created.v1') return { exists: true };
  if (event.type === 'kanade.site.deleted.v1') return { exists: false };
  return state;
}
