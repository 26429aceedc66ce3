import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect, retainSearchParams } from '@tanstack/react-router';
import { approvalStates, endpointSorts, endpointStandings, endpointStatuses, executionStates, interfaces, runStates } from './api/choices.ts';
import { sessionQuery, signInProblemOf } from './api/session.ts';
import { PageCrashed, PageMissing, PagePending } from './components/page-states.tsx';
import { SignedIn } from './components/signed-in.tsx';
import { paths } from './paths.ts';
import { choiceOf, momentOf, textOf } from './search-params.ts';
import type {
  AuditSearch, EndpointSearch, EndpointsSearch, EventsSearch, ExecutionSearch, ExecutionsSearch, JobsSearch, MomentSearch, PagedSearch, RawSearch, RunSearch, SignInSearch, UsersSearch,
} from './search-params.ts';

interface Context {
  readonly queries: QueryClient;
}

const root = createRootRouteWithContext<Context>()();

const signIn = createRoute({
  getParentRoute: () => root,
  path: paths.signIn,
  validateSearch: (search: RawSearch): SignInSearch => ({ from: textOf(search['from']), ended: search['ended'] === true || undefined, problem: signInProblemOf(textOf(search['problem'])) }),
  component: lazyRouteComponent(() => import('./pages/sign-in-page.tsx'), 'SignInPage'),
});

const setPassword = createRoute({
  getParentRoute: () => root,
  path: paths.setPassword,
  component: lazyRouteComponent(() => import('./pages/set-password-page.tsx'), 'SetPasswordPage'),
});

/** Everything but the sign-in: whoever is not signed in goes there first, and comes back to where they were. */
const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    const session = await context.queries.query({ ...sessionQuery, staleTime: 'static' });
    if (session !== null) return;
    const from = location.href === paths.overview ? undefined : location.href;
    // Answered more than once, the session was there before.
    const ended = (context.queries.getQueryState(sessionQuery.queryKey)?.dataUpdateCount ?? 0) > 1 || undefined;
    redirect({ to: paths.signIn, search: { from, ended }, throw: true });
  },
  component: SignedIn,
});

const getParentRoute = () => signedIn;

/** Pages that can be looked at as they were: whoever looks at the past stays there from one to the other. The rest is of now. */
const dated = createRoute({
  getParentRoute,
  id: 'dated',
  validateSearch: (search: RawSearch): MomentSearch => ({ at: momentOf(search['at']) }),
  search: { middlewares: [retainSearchParams(['at'])] },
});
const getDated = () => dated;

const overview = createRoute({ getParentRoute: getDated, path: paths.overview, component: lazyRouteComponent(() => import('./pages/overview-page.tsx'), 'OverviewPage') });

const endpoints = createRoute({
  getParentRoute: getDated,
  path: paths.endpoints,
  validateSearch: (search: RawSearch): EndpointsSearch => ({
    search: textOf(search['search']),
    status: choiceOf(search['status'], endpointStatuses),
    standing: choiceOf(search['standing'], endpointStandings),
    site: textOf(search['site']),
    sort: choiceOf(search['sort'], endpointSorts),
    cursor: textOf(search['cursor']),
  }),
  component: lazyRouteComponent(() => import('./pages/endpoints-page.tsx'), 'EndpointsPage'),
});

const endpoint = createRoute({
  getParentRoute: getDated,
  path: paths.endpoint,
  validateSearch: (search: RawSearch): EndpointSearch => ({ part: choiceOf(search['part'], ['performance', 'packages', 'runs', 'changes']) }),
  component: lazyRouteComponent(() => import('./pages/endpoint-page.tsx'), 'EndpointPage'),
});

const enrolmentTokens = createRoute({
  getParentRoute: getDated,
  path: paths.enrolmentTokens,
  validateSearch: (search: RawSearch): PagedSearch => ({ cursor: textOf(search['cursor']) }),
  component: lazyRouteComponent(() => import('./pages/enrolment-tokens-page.tsx'), 'EnrolmentTokensPage'),
});

const sites = createRoute({ getParentRoute: getDated, path: paths.sites, component: lazyRouteComponent(() => import('./pages/sites-page.tsx'), 'SitesPage') });

const run = createRoute({
  getParentRoute,
  path: paths.run,
  validateSearch: (search: RawSearch): RunSearch => ({
    job: textOf(search['job']),
    endpoint: textOf(search['endpoint']),
    again: textOf(search['again']),
  }),
  component: lazyRouteComponent(() => import('./pages/run-page.tsx'), 'RunPage'),
});

const jobs = createRoute({
  getParentRoute: getDated,
  path: paths.jobs,
  validateSearch: (search: RawSearch): JobsSearch => ({ search: textOf(search['search']), cursor: textOf(search['cursor']) }),
  component: lazyRouteComponent(() => import('./pages/jobs-page.tsx'), 'JobsPage'),
});

const job = createRoute({ getParentRoute: getDated, path: paths.job, component: lazyRouteComponent(() => import('./pages/job-page.tsx'), 'JobPage') });

const executions = createRoute({
  getParentRoute: getDated,
  path: paths.executions,
  validateSearch: (search: RawSearch): ExecutionsSearch => ({
    state: choiceOf(search['state'], executionStates),
    jobId: textOf(search['jobId']),
    approval: choiceOf(search['approval'], approvalStates),
    cursor: textOf(search['cursor']),
  }),
  component: lazyRouteComponent(() => import('./pages/executions-page.tsx'), 'ExecutionsPage'),
});

const execution = createRoute({
  getParentRoute: getDated,
  path: paths.execution,
  validateSearch: (search: RawSearch): ExecutionSearch => ({ run: textOf(search['run']), state: choiceOf(search['state'], runStates) }),
  component: lazyRouteComponent(() => import('./pages/execution-page.tsx'), 'ExecutionPage'),
});

const events = createRoute({
  getParentRoute: getDated,
  path: paths.events,
  validateSearch: (search: RawSearch): EventsSearch => ({
    type: textOf(search['type']),
    endpointId: textOf(search['endpointId']),
    executionId: textOf(search['executionId']),
    order: choiceOf(search['order'], ['asc', 'desc']),
    cursor: textOf(search['cursor']),
  }),
  component: lazyRouteComponent(() => import('./pages/events-page.tsx'), 'EventsPage'),
});

const event = createRoute({ getParentRoute: getDated, path: paths.event, component: lazyRouteComponent(() => import('./pages/event-page.tsx'), 'EventPage') });

const audit = createRoute({
  getParentRoute: getDated,
  path: paths.audit,
  validateSearch: (search: RawSearch): AuditSearch => ({
    search: textOf(search['search']),
    principal: textOf(search['principal']),
    type: textOf(search['type']),
    outcome: choiceOf(search['outcome'], ['done', 'refused']),
    interface: choiceOf(search['interface'], interfaces),
    address: textOf(search['address']),
    target: textOf(search['target']),
    from: textOf(search['from']),
    to: textOf(search['to']),
    cursor: textOf(search['cursor']),
  }),
  component: lazyRouteComponent(() => import('./pages/audit-page.tsx'), 'AuditPage'),
});

const status = createRoute({ getParentRoute, path: paths.status, component: lazyRouteComponent(() => import('./pages/status-page.tsx'), 'StatusPage') });

const account = createRoute({ getParentRoute, path: paths.account, component: lazyRouteComponent(() => import('./pages/account-page.tsx'), 'AccountPage') });

const users = createRoute({
  getParentRoute: getDated,
  path: paths.users,
  validateSearch: (search: RawSearch): UsersSearch => ({ search: textOf(search['search']), cursor: textOf(search['cursor']) }),
  component: lazyRouteComponent(() => import('./pages/users-page.tsx'), 'UsersPage'),
});

/** Whatever else is asked for, within the frame: the way on is at hand. */
const missing = createRoute({ getParentRoute, path: '$', component: PageMissing });

const routeTree = root.addChildren([
  signIn,
  setPassword,
  signedIn.addChildren([dated.addChildren([overview, endpoints, endpoint, enrolmentTokens, sites, jobs, job, executions, execution, events, event, audit, users]), run, status, account, missing]),
]);

export function createConsoleRouter(queries: QueryClient) {
  return createRouter({
    routeTree,
    context: { queries },
    scrollRestoration: true,
    defaultPreload: 'intent',
    defaultPendingComponent: PagePending,
    defaultErrorComponent: PageCrashed,
    defaultNotFoundComponent: PageMissing,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
