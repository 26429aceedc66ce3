import type { ControlEvent, Sites } from '@kanade/contracts';
import { accept, refuse } from '../decision.ts';
import type { Decision } from '../decision.ts';

/** A secret as its events tell it, which never tell the value. */
export interface SecretState {
  /** 0: it was never set. */
  readonly version: number;
  readonly sites: Sites;
  /** Which record holds the value; null before it was set and once it is deleted. */
  readonly valueId: string | null;
}

export const initialSecret: SecretState = { version: 0, sites: 'all', valueId: null };

/** Give a secret a value; without `sites` it is for those it was for. */
export interface SetSecret {
  readonly name: string;
  readonly sites: Sites | undefined;
  readonly valueId: string;
}

/** Decides on a value: each makes a new version, for only who knows both could say that they are the same. */
export function decideSetSecret({ name, sites, valueId }: SetSecret, state: SecretState): Decision {
  const wanted = sites ?? state.sites;
  return accept({ type: 'kanade.secret.set.v1', data: { name, version: state.version + 1, sites: wanted === 'all' ? wanted : [...wanted], valueId } });
}

/** Decides on a deletion; once is enough. */
export function decideDeleteSecret({ name }: { readonly name: string }, { version, valueId }: SecretState): Decision {
  if (version === 0) return refuse('not-found', `there is no secret ${name}; kanade secret list shows them`);
  return valueId === null ? accept() : accept({ type: 'kanade.secret.deleted.v1', data: { name } });
}

/** The state after one more event. */
export function evolveSecret(state: SecretState, event: ControlEvent): SecretState {
  switch (event.type) {
    case 'kanade.secret.set.v1': {
      const { version, sites, valueId } = event.data;
      return { version, sites, valueId };
    }
    case 'kanade.secret.deleted.v1':
      // Set anew, it is a new secret: what it was limited to is no more known to whoever does it.
      return { version: state.version, sites: 'all', valueId: null };
    default:
      return state;
  }
}

/** Whether a secret is for the endpoints of a site. */
export function isForSite({ sites }: Pick<SecretState, 'sites'>, site: string): boolean {
  return sites === 'all' || sites.includes(site);
}
