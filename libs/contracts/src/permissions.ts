/**
 * What an operation needs. `self`: to be signed in, as anybody. `fleet:read`: endpoints, jobs, runs, output. `history:read`: events.
 * `system:read`: status and metrics. `run`: start and cancel. `job:write`: register jobs. `endpoint:manage`: enrolment, approval, revocation,
 * aliases. `site:manage`: make and delete sites. `broker:manage`: where endpoints reach the broker. `read-model:manage`: have the
 * read model folded anew. `archive:seal`: seal the beginning of the record, so that the broker may drop it. `account:manage`: people. `audit:read`: who
 * did what, from where, and what was refused. `secret:write`: set and delete secrets of jobs. `data:erase`: erase output and endpoints’ data.
 */
export const permissions = [
  'self', 'fleet:read', 'history:read', 'system:read', 'run', 'job:write', 'endpoint:manage', 'site:manage', 'broker:manage', 'read-model:manage', 'archive:seal', 'account:manage', 'audit:read', 'secret:write',
  'data:erase',
] as const;
export type Permission = (typeof permissions)[number];
