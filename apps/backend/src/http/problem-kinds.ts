import type { ProblemCode } from '@kanade/contracts';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/** What each problem code is over HTTP; the only place that knows both. */
export const problemKinds = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'not-signed-in': { status: 401, title: 'Not signed in' },
  'sign-in-failed': { status: 401, title: 'Sign-in failed' },
  'second-factor-required': { status: 401, title: 'A code of the second factor is needed' },
  'second-factor-failed': { status: 401, title: 'The code is wrong' },
  'second-factor-active': { status: 409, title: 'There is a second factor already' },
  'password-wrong': { status: 403, title: 'The current password is wrong' },
  'password-link-invalid': { status: 410, title: 'The link is used up or has expired' },
  'username-taken': { status: 409, title: 'The user name is taken' },
  'provider-account': { status: 409, title: 'The identity provider decides this about the account' },
  'last-administrator': { status: 409, title: 'Nobody could administer everything any more' },
  'too-many-attempts': { status: 429, title: 'Too many attempts' },
  forbidden: { status: 403, title: 'Not allowed' },
  'not-found': { status: 404, title: 'Not found' },
  'no-targets': { status: 422, title: 'There is no endpoint to run on' },
  'ambiguous-target': { status: 422, title: 'The target names more than one endpoint' },
  conflict: { status: 409, title: 'Somebody else changed it at the same time' },
  'job-version-conflict': { status: 409, title: 'This version is registered with other content' },
  'idempotency-conflict': { status: 409, title: 'The Idempotency-Key was used for another request' },
  'confirmation-required': { status: 403, title: 'Another proof is needed' },
  'own-approval': { status: 403, title: 'Nobody approves what they asked for' },
  'approval-ended': { status: 409, title: 'It waits for no approval' },
  'execution-ended': { status: 409, title: 'The execution has ended' },
  'endpoint-revoked': { status: 409, title: 'The endpoint has been revoked' },
  'endpoint-retired': { status: 409, title: 'The endpoint has been retired' },
  'endpoint-pending': { status: 409, title: 'The endpoint waits for approval' },
  'endpoint-not-retired': { status: 409, title: 'The endpoint is still one of the fleet' },
  'alias-taken': { status: 409, title: 'Another endpoint has this alias' },
  'site-in-use': { status: 409, title: 'Something still belongs to the site' },
  'secret-unusable': { status: 422, title: 'A secret that the job needs cannot be had' },
  'position-unknown': { status: 409, title: 'The position is not of this history' },
  'past-trimmed': { status: 410, title: 'That moment is no longer kept' },
  'read-behind': { status: 503, title: 'The read model has not come that far yet' },
  'output-expired': { status: 410, title: 'The output is no longer kept' },
  'output-erased': { status: 410, title: 'The output was erased' },
  'too-large': { status: 413, title: 'The request is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is of a kind this route does not read' },
  'storage-full': { status: 507, title: 'The storage is full' },
  'broker-unavailable': { status: 503, title: 'The message broker is out of reach' },
  internal: { status: 500, title: 'Something went wrong inside' },
} as const satisfies Readonly<Record<ProblemCode, ProblemKind>>;
