import type { EventHandlers } from '../fold/events.ts';
import type { Session } from '../fold/session.ts';
import { openAccounts } from './accounts/accounts.projection.ts';
import { openAudit } from './audit/audit.projection.ts';
import { openBrokerMoves } from './broker-moves/broker-moves.projection.ts';
import { openEnrolmentTokens } from './enrolment-tokens/enrolment-tokens.projection.ts';
import { openEndpoints } from './endpoints/endpoints.projection.ts';
import { openErasure } from './erasure/erasure.projection.ts';
import { openEvents } from './events/events.projection.ts';
import { openExecutions } from './executions/executions.projection.ts';
import { openJobs } from './jobs/jobs.projection.ts';
import { openOutput } from './output/output.projection.ts';
import { openPrivateParts } from './private-parts/private-parts.projection.ts';
import { openRebuilds } from './rebuilds/rebuilds.projection.ts';
import { openSecrets } from './secrets/secrets.projection.ts';
import { openSamples } from './samples/samples.projection.ts';
import { openSites } from './sites/sites.projection.ts';

function combine(parts: readonly EventHandlers[]): EventHandlers {
  const types = parts.flatMap((part) => Object.keys(part));
  const twice = types.find((type, index) => types.indexOf(type) !== index);
  if (twice !== undefined) throw new Error(`two projections claim ${twice}; every event type belongs to one`);
  return parts.reduce<EventHandlers>((all, part) => ({ ...all, ...part }), {});
}

/** Every projection, with its statements prepared on one connection. */
export function openProjections(session: Session, resetBudget: (endpointKey: number) => void) {
  const accounts = openAccounts(session);
  const executions = openExecutions(session, accounts.nameOf);
  const index = openEvents(session, executions.sites);
  const output = openOutput(session, executions.runs);
  const samples = openSamples(session);
  const tokens = openEnrolmentTokens(session, accounts.nameOf);
  const parts = [
    accounts.events, tokens.events, openEndpoints(session, tokens.used, resetBudget).events, openJobs(session, accounts.nameOf).events, executions.events,
    openSites(session, accounts.nameOf).events, openSecrets(session, accounts.nameOf).events, openErasure(session, executions.runs).events,
    openBrokerMoves(session, accounts.nameOf).events, openRebuilds(session).events,
  ];
  return {
    events: combine(parts),
    index,
    audit: openAudit(session, accounts, index.typeKey),
    output,
    samples,
    privateParts: openPrivateParts(session),
    executions,
    /** Writes what was kept in memory during a commit. */
    flush(): void {
      executions.flush();
      samples.flush();
    },
    /** Drops everything remembered, after a rollback. */
    forget(): void {
      executions.forget();
      index.forget();
      session.keys.forget();
      session.erasures.forget();
    },
  };
}
