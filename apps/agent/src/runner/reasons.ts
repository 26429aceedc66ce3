import type { ExecuteShape, RunReason, Shell } from '@kanade/messages';
import { launchers } from './launchers.ts';

const longest = 500;

export function reason(code: string, message: string): RunReason {
  return { code, message: message.length > longest ? `${message.slice(0, longest - 1)}…` : message };
}

export const reasons = {
  runAsUser: () => reason('run-as-user-unsupported', 'This agent cannot yet run scripts as the signed-in user; use runAs: system.'),
  platform: (family: string, why: string) => reason('platform-unsupported', `This agent cannot run scripts on ${family} yet: ${why}`),
  shell: (shell: Shell) =>
    reason('shell-not-available', `${launchers[shell].product} is not installed on this endpoint; install it there, or write the script for a shell it has.`),
  cwd: (cwd: string, why: string) => reason('cwd-not-found', `The directory ${cwd} ${why}; create it on the endpoint or change cwd.`),
  cwdSilent: (cwd: string) => reason('cwd-silent', `The directory ${cwd} was not looked at: other directories of this endpoint do not answer, as on a dead network mount; repair the mount.`),
  neverStarted: ({ timeoutMs }: ExecuteShape) =>
    reason('timeout', `It could not be started within ${timeoutMs / 1000} s: its directory or the agent’s disk did not answer, as on a dead network mount.`),
  timeout: ({ timeoutMs }: ExecuteShape) => reason('timeout', `It was still running after ${timeoutMs / 1000} s and was stopped with everything it had started.`),
  cancelled: () => reason('cancelled', 'It was cancelled while it was running, and stopped with everything it had started.'),
  cancelledBefore: () => reason('cancelled', 'It was cancelled before it started.'),
  signal: (name: string) => reason('killed-by-signal', `The script was ended by ${name}, which this agent did not send.`),
  spawn: (code: string) =>
    code === 'E2BIG'
      ? reason('command-line-too-long', 'Arguments and environment together are longer than the system allows; pass large values in a file.')
      : reason('not-started', `The script could not be started (${code}).`),
  guardLost: () => reason('keeper-lost', 'The process that guards the script was ended by something else, so how the script ended is not known; what was left of it was stopped.'),
  outputNotKept: () => reason('output-not-kept', 'Its output could not be written to the agent’s disk, so it was stopped.'),
  unkillable: () => reason('cannot-be-killed', 'It was stopped, but hangs in the kernel and cannot be ended; restart the endpoint.'),
} as const;
