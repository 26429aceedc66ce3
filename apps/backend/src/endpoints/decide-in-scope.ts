import { decideEndpoint, initialEndpoint } from '@kanade/domain';
import type { Decision, EndpointCommand, EndpointState } from '@kanade/domain';
import type { Principal } from '../accounts/principal.ts';
import { isVisible } from '../projections/scoped.ts';

/** Decides what a principal asks about an endpoint; one of another site is to them as if it were not there. */
export function decideInScope(principal: Principal, command: EndpointCommand): (state: EndpointState) => Decision {
  return (state) => decideEndpoint(command, state.enrolled !== null && isVisible(principal, state.enrolled.site) ? state : initialEndpoint);
}
