import type { RunDetail } from '@kanade/api-client';
import type { AdminPassword } from './admin-password.ts';
import type { DataPaths } from './paths.ts';

const line = '─'.repeat(72);

/** The first job's output between two lines, or why there is none. */
export function describeFirstJob(run: RunDetail | 'unconfirmed' | undefined, logFile: string): string {
  if (run === 'unconfirmed') return 'The job hello was not run: with KANADE_APPROVAL_ENDPOINTS=0 every execution takes a second factor or somebody else’s approval.';
  if (run === undefined) return `The first job has not ended yet; see: npx kanade execution list (and ${logFile}).`;
  const ending = run.state === 'succeeded' ? '' : `\n[${run.state}${run.reason === null ? '' : `: ${run.reason.message}`}]`;
  return [`── the job hello on ${run.endpointName} `.padEnd(72, '─'), `${run.stdout}${run.stderr}`.trimEnd() + ending, line].join('\n');
}

/** The same place under the name others know this machine by. */
function publicUrl(httpUrl: string, name: string): string {
  const url = new URL(httpUrl);
  return `https://${name.includes(':') ? `[${name}]` : name}:${url.port}`;
}

/** What somebody who has just started kanade wants to know. */
export function describeInstallation(
  at: { readonly httpUrl: string; readonly tls: { readonly publicName: string; readonly ca: string | undefined } | undefined; readonly paths: DataPaths; readonly password: AdminPassword; readonly simulated: number; readonly namedDataDir: boolean; readonly seconds: number },
): string {
  const { password, paths } = at;
  const npx = at.namedDataDir ? `KANADE_DATA_DIR=${paths.dataDir} npx kanade` : 'npx kanade';
  return [
    `console    ${at.httpUrl}`,
    ...(at.tls === undefined ? [] : [`           from elsewhere: ${publicUrl(at.httpUrl, at.tls.publicName)}${at.tls.ca === undefined ? '' : `, with the CA in ${at.tls.ca}`}`]),
    password.made
      ? `sign in    admin, password ${password.password}\n           (made just now, not shown again, kept in ${paths.adminPassword})`
      : `sign in    admin, with the password in ${paths.adminPassword}`,
    ...(at.simulated > 0 ? [`endpoints  this machine and ${at.simulated} simulated ones`] : []),
    `try        ${npx} endpoint list`,
    `           ${npx} run --all -- 'uname -a'`,
    `           ${npx} event tail`,
    `ready in ${at.seconds.toFixed(1)} s. Ctrl-C stops everything.`,
  ].join('\n');
}
