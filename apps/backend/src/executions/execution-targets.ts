import { Injectable } from '@nestjs/common';
import type { Sites } from '@kanade/contracts';
import { standingRefusal } from '@kanade/domain';
import type { Principal } from '../accounts/principal.ts';
import type { DomainErrorOptions, InvalidPart } from '../domain-error.ts';
import { DomainError } from '../domain-error.ts';
import { findEndpoints, targetableEndpoints } from '../endpoints/endpoint.reads.ts';
import type { FoundEndpoint } from '../endpoints/endpoint.reads.ts';
import { endpointKind } from '../history/aggregates.ts';
import { ControlLog } from '../history/control-log.ts';
import { FoldAccess } from '../history/fold-access.ts';
import { isVisible } from '../projections/scoped.ts';
import { KnownSites } from '../sites/known-sites.ts';
import type { CreateExecutionRequest } from './create-execution.command.ts';

type Targets = CreateExecutionRequest['targets'];

/** The longest a request for all endpoints waits for the read model to know all of them. */
const longestWaitMs = 5000;

/** Turns what somebody named into endpoint ids, once: what is previewed here is what runs. */
@Injectable()
export class ExecutionTargets {
  constructor(
    private readonly fold: FoldAccess,
    private readonly log: ControlLog,
    private readonly sites: KnownSites,
  ) {}

  async resolve(principal: Principal, targets: Targets): Promise<string[]> {
    if (targets.kind === 'all') return this.everyEndpointOf(principal.scope.sites);
    if (targets.kind === 'sites') {
      await this.sites.check(principal, targets.sites.map((site, index) => ({ site, path: `targets.sites.${index}` })));
      return this.everyEndpointOf(targets.sites);
    }
    const ids = [...new Set(targets.ids)];
    const found = findEndpoints(await this.fold.reader(), ids);
    const unknown: InvalidPart[] = [];
    const barred: InvalidPart[] = [];
    for (const [index, id] of targets.ids.entries()) {
      const path = `targets.ids.${index}`;
      // One that enrolled a moment ago may not be folded yet; the record knows it.
      const endpoint = found.get(id) ?? (await this.recorded(id));
      if (endpoint === undefined || !isVisible(principal, endpoint.site)) unknown.push({ path, message: `there is no endpoint ${id}` });
      else if (endpoint.quarantined) barred.push({ path, message: `endpoint ${id} is in quarantine and gets no commands` });
      else barred.push(...[standingRefusal(endpoint, id)].flatMap((why) => (why === undefined ? [] : [{ path, message: why.message }])));
    }
    if (unknown.length > 0) throw refusal('not-found', unknown);
    if (barred.length > 0) throw refusal('no-targets', barred);
    return ids;
  }

  private async everyEndpointOf(sites: Sites): Promise<string[]> {
    // A read model that is being made anew knows a part of the fleet, and a part must never pass for the whole.
    await this.fold.whenCaughtUp(AbortSignal.timeout(longestWaitMs));
    return targetableEndpoints(await this.fold.settled(), sites);
  }

  private async recorded(id: string): Promise<FoundEndpoint | undefined> {
    const { state } = await this.log.load(endpointKind, id);
    return state.enrolled === null ? undefined : { ...state, site: state.enrolled.site };
  }
}

function refusal(code: 'not-found' | 'no-targets', errors: readonly InvalidPart[]): DomainError {
  const options: DomainErrorOptions = { errors };
  const [first] = errors;
  return new DomainError(code, errors.length === 1 && first !== undefined ? first.message : `${errors.length} targets cannot be run on`, options);
}
