import { ApiError, UnreachableError } from '@kanade/api-client';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { Failure, messageOf } from './failure.ts';

const usageCodes: ReadonlySet<string> = new Set(['invalid-request', 'no-targets', 'ambiguous-target']);

const suggestions: Readonly<Record<string, string>> = {
  'not-signed-in': 'Sign in again with `kanade login`.',
  'second-factor-required': 'Give it with --code, or sign in where there is a terminal to ask on.',
  'confirmation-required': 'Give a code with --code, or wait for somebody else’s approval with --approval.',
  'no-targets': 'See which endpoints there are with `kanade endpoint list`.',
  'job-version-conflict': 'Raise `version` in the manifest: a version never changes its content.',
  'read-behind': 'The backend is catching up with its history; try again, or look at `kanade status`.',
  'storage-full': 'The broker’s storage is full; make room on its volume.',
};

/** Turns whatever a command threw into what the user is told and the exit code: the CLI's one translator of errors. */
export function toFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof UnreachableError) {
    return new Failure(`The backend at ${error.baseUrl} is out of reach: ${error.message}`, {
      exitCode: exitCodes.unreachable,
      code: 'unreachable',
      suggestion: isUntrusted(error)
        ? 'Nobody this machine trusts vouches for it: sign in with `kanade login --ca FILE`, or set KANADE_CA, with the file keys/tls-ca.pem of its data directory.'
        : 'Is it running? `npm start` starts it here; `--profile` chooses another.',
      cause: error,
    });
  }
  if (error instanceof ApiError) {
    return new Failure(describe(error), { exitCode: exitCodeOf(error), code: error.code, suggestion: suggestions[error.code], cause: error });
  }
  return new Failure(messageOf(error), { exitCode: exitCodeOfThrown(error), cause: error });
}

/** What Node says of a certificate that is of no authority it knows. */
const untrusted = /self-signed certificate|unable to (get local issuer|verify)|unable to get issuer/;

function isUntrusted(error: UnreachableError): boolean {
  return untrusted.test(error.message);
}

function describe(error: ApiError): string {
  const fields = error.errors.map((field) => `\n  ${field.path}: ${field.message}`).join('');
  const request = error.status >= 500 && error.requestId ? ` (request ${error.requestId})` : '';
  return `${error.message}${fields}${request}`;
}

function exitCodeOf(error: ApiError): ExitCode {
  if (error.code === 'not-signed-in') return exitCodes.notSignedIn;
  return usageCodes.has(error.code) ? exitCodes.usage : exitCodes.failed;
}

/** oclif's own errors (an unknown flag, a missing argument) carry exit code 2. */
function exitCodeOfThrown(error: unknown): ExitCode {
  const isRecord = typeof error === 'object' && error !== null;
  if (isRecord && 'oclif' in error && typeof error.oclif === 'object' && error.oclif !== null && 'exit' in error.oclif) {
    if (error.oclif.exit === exitCodes.usage) return exitCodes.usage;
  }
  return exitCodes.failed;
}
