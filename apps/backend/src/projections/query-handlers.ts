import { GetAccountHandler } from '../accounts/get-account.query.ts';
import { ListAccountsHandler } from '../accounts/list-accounts.query.ts';
import { ExportAuditHandler } from '../audit/export-audit.query.ts';
import { ListAuditHandler } from '../audit/list-audit.query.ts';
import { ListBrokerMovesHandler } from '../brokers/list-broker-moves.query.ts';
import { DiffEndpointHandler } from '../endpoints/diff-endpoint.query.ts';
import { GetEndpointHandler } from '../endpoints/get-endpoint.query.ts';
import { GetPerformanceHandler } from '../endpoints/get-performance.query.ts';
import { ListEndpointPackagesHandler } from '../endpoints/list-endpoint-packages.query.ts';
import { ListEnrolmentTokensHandler } from '../endpoints/list-enrolment-tokens.query.ts';
import { ListEndpointsHandler } from '../endpoints/list-endpoints.query.ts';
import { GetEventHandler } from '../events/get-event.query.ts';
import { ListEventsHandler } from '../events/list-events.query.ts';
import { GetExecutionHandler } from '../executions/get-execution.query.ts';
import { GetRunHandler } from '../executions/get-run.query.ts';
import { ListExecutionResultsHandler } from '../executions/list-execution-results.query.ts';
import { ListExecutionsHandler } from '../executions/list-executions.query.ts';
import { ListRunsHandler } from '../executions/list-runs.query.ts';
import { ReadRunOutputHandler } from '../executions/read-run-output.query.ts';
import { GetJobHandler } from '../jobs/get-job.query.ts';
import { ListJobsHandler } from '../jobs/list-jobs.query.ts';
import { GetPoisonHandler } from '../read-model/get-poison.query.ts';
import { GetReadModelHandler } from '../read-model/get-read-model.query.ts';
import { ListPoisonHandler } from '../read-model/list-poison.query.ts';
import { ListSecretsHandler } from '../secrets/list-secrets.query.ts';
import { GetOverviewHandler } from '../overview/get-overview.query.ts';
import { ListSitesHandler } from '../sites/list-sites.query.ts';

/** Every handler of a query over the read model; a module that provides them also provides FoldClient, VerifierClient, LiveOverlay, TableScales and RawEvents. */
export const queryHandlers = [
  ListEndpointsHandler, GetEndpointHandler, DiffEndpointHandler, ListEndpointPackagesHandler, GetPerformanceHandler, ListEnrolmentTokensHandler, ListJobsHandler, GetJobHandler, ListExecutionsHandler,
  GetExecutionHandler, ListExecutionResultsHandler, ListRunsHandler, GetRunHandler, ReadRunOutputHandler, ListEventsHandler, GetEventHandler, GetOverviewHandler, ListSitesHandler,
  ListAccountsHandler, GetAccountHandler, ListAuditHandler, ExportAuditHandler, ListSecretsHandler, ListBrokerMovesHandler, GetReadModelHandler, ListPoisonHandler, GetPoisonHandler,
];
