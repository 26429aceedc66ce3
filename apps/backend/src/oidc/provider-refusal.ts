import type { ProviderProblem } from '@kanade/contracts';
import { DomainError } from '../domain-error.ts';

/** Why a sign-in at the identity provider comes to nothing: a code for whoever signs in, and words for the log. */
export class ProviderRefusal extends DomainError {
  readonly problem: ProviderProblem;

  /** `accountId` is whose account it was about, where that is known. */
  constructor(problem: ProviderProblem, message: string, { cause, accountId }: { readonly cause?: unknown; readonly accountId?: string } = {}) {
    super('sign-in-failed', message, { cause, details: accountId === undefined ? {} : { accountId } });
    this.problem = problem;
  }
}
