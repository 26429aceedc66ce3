import { commonSites, runnableSites } from '@kanade/domain';
import { DomainError } from '../../domain-error.ts';
import type { Principal } from '../principal.ts';

/** A principal as far as they may run one job, or (null) a script that is no job; throws forbidden for a token whose scopes do not name it. */
export function limitedTo(principal: Principal, jobId: string | null): Principal {
  const { sites, runs } = principal.scope;
  if (runs === undefined) return principal;
  const wanted = runnableSites(runs, jobId);
  const common = wanted && commonSites(sites, wanted);
  if (common !== undefined) return { ...principal, scope: { sites: common } };
  const scope = jobId === null ? 'run' : `job:run:${jobId}`;
  throw new DomainError('forbidden', `the token may not run ${jobId === null ? 'scripts that are no jobs' : `the job ${jobId}`}; it takes the scope ${scope}: kanade token create`);
}
