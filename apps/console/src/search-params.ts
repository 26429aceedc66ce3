import type { ApprovalState, AuditEntry, EndpointSort, EndpointStanding, EndpointStatus, ExecutionState, RunState } from './api/types.ts';
import type { SignInProblem } from './api/session.ts';

/** An address's search as the router reads it: anything at all, typed by whoever edits the address. */
export type RawSearch = Readonly<Record<string, unknown>>;

/** A search parameter as text; the router has already turned `7` into a number. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/** A search parameter that must be one of `choices`; anything else counts as absent. */
export function choiceOf<const Choice extends string>(value: unknown, choices: readonly Choice[]): Choice | undefined {
  return choices.find((choice) => choice === value);
}

/** Every page of somebody who is signed in can be looked at as it was. */
export interface MomentSearch {
  /** A position or an RFC 3339 time; now when absent. */
  readonly at?: string | undefined;
}

const momentPattern = /^([0-9a-f]{8}:\d{1,16}|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))$/;

/** The moment an address names; what is none counts as absent. */
export function momentOf(value: unknown): string | undefined {
  return typeof value === 'string' && momentPattern.test(value) ? value : undefined;
}

export interface SignInSearch {
  /** Where to go afterwards. */
  readonly from?: string | undefined;
  /** A session has just ended. */
  readonly ended?: true | undefined;
  /** Why signing in at the identity provider came to nothing. */
  readonly problem?: SignInProblem | undefined;
}

export interface EndpointsSearch {
  readonly search?: string | undefined;
  readonly status?: EndpointStatus | undefined;
  readonly standing?: EndpointStanding | undefined;
  readonly site?: string | undefined;
  readonly sort?: EndpointSort | undefined;
  readonly cursor?: string | undefined;
}

export interface EndpointSearch {
  /** Which part is shown; the inventory when absent. */
  readonly part?: 'performance' | 'packages' | 'runs' | 'changes' | undefined;
}

/** What the run form begins with. */
export interface RunSearch {
  readonly job?: string | undefined;
  readonly endpoint?: string | undefined;
  /** An execution to repeat. */
  readonly again?: string | undefined;
}

export interface UsersSearch {
  readonly search?: string | undefined;
  readonly cursor?: string | undefined;
}

/** A list with nothing to choose but its page. */
export interface PagedSearch {
  readonly cursor?: string | undefined;
}

export interface JobsSearch {
  readonly search?: string | undefined;
  readonly cursor?: string | undefined;
}

export interface ExecutionsSearch {
  readonly state?: ExecutionState | undefined;
  readonly jobId?: string | undefined;
  readonly cursor?: string | undefined;
  readonly approval?: ApprovalState | undefined;
}

export interface ExecutionSearch {
  /** The run whose output is shown; the first when absent. */
  readonly run?: string | undefined;
  readonly state?: RunState | undefined;
}

export interface EventsSearch {
  readonly type?: string | undefined;
  readonly endpointId?: string | undefined;
  readonly executionId?: string | undefined;
  readonly order?: 'asc' | 'desc' | undefined;
  readonly cursor?: string | undefined;
}

export interface AuditSearch {
  readonly search?: string | undefined;
  readonly principal?: string | undefined;
  readonly type?: string | undefined;
  readonly outcome?: AuditEntry['outcome'] | undefined;
  readonly interface?: NonNullable<AuditEntry['interface']> | undefined;
  readonly address?: string | undefined;
  readonly target?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly cursor?: string | undefined;
}
