import { ApiError, UnreachableError } from '@kanade/api-client';
import type { FieldProblem } from '@kanade/api-client';
import { en } from '../i18n/en.ts';

type KnownCode = keyof typeof en.problem;

/** What went wrong with a request, as far as the server (or the lack of one) told. */
export interface Failure {
  /** 0 when there was no answer. */
  readonly status: number;
  readonly code: KnownCode;
  /** The server's own sentence, in English. */
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  readonly errors: readonly FieldProblem[];
}

function isKnownCode(code: string): code is KnownCode {
  return Object.hasOwn(en.problem, code);
}

/** Any thrown value as a failure that can be shown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof UnreachableError) return { status: 0, code: 'unreachable', detail: undefined, requestId: undefined, errors: [] };
  if (error instanceof ApiError) {
    const { status, code, message, requestId, errors } = error;
    return { status, code: isKnownCode(code) ? code : 'unknown', detail: message, requestId, errors };
  }
  return { status: 0, code: 'unknown', detail: error instanceof Error ? error.message : undefined, requestId: undefined, errors: [] };
}

/** Refusals of a sign-in that is under way; they say nothing about a session. */
const ofSigningIn: readonly KnownCode[] = ['sign-in-failed', 'second-factor-required', 'second-factor-failed'];

/** True when the answer was that nobody is signed in (any more). */
export function isSignedOut(error: unknown): boolean {
  const { status, code } = failureOf(error);
  return status === 401 && !ofSigningIn.includes(code);
}

/** Repeating helps only where the server, not the request, was at fault. */
export function isWorthRetrying(error: unknown): boolean {
  const { status, code } = failureOf(error);
  return code === 'unreachable' || code === 'read-behind' || status >= 502;
}

/** What the server found wrong with one part of the request, such as `site` or `grants.0.sites`, and with anything inside it. */
export function faultAt(error: unknown, part: string): string | undefined {
  const found = failureOf(error).errors.filter(({ path }) => path === part || path.startsWith(`${part}.`));
  return found.length === 0 ? undefined : found.map(({ message }) => message).join(' · ');
}

/** True when something failed for more than what lies in one part of the request and is said there. */
export function failedBeside(error: unknown, part: string): boolean {
  const { errors } = failureOf(error);
  return error !== null && !(errors.length > 0 && errors.every(({ path }) => path === part || path.startsWith(`${part}.`)));
}
