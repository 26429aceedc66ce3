import { join } from 'node:path';
import { ensureAdminPassword } from './admin-password.ts';
import { enrolledAgent } from './agent-identity.ts';
import { localAgentDir } from './agents.ts';
import { asStartupError } from './data-dir.ts';
import { describeFailure } from './describe-failure.ts';
import { runFirstJob, untilOnline } from './first-job.ts';
import { Installation } from './installation.ts';
import { dataPaths, type DataPaths } from './paths.ts';
import { say } from './say.ts';
import { readSettings, type Settings } from './settings.ts';
import { signIn } from './sign-in.ts';
import { StartupError } from './startup-error.ts';
import { describeFirstJob, describeInstallation } from './welcome.ts';

const print = (text: string) => process.stdout.write(`${text}\n`);

/** Brings everything up and says how to go on. */
async function bringUp(installation: Installation): Promise<void> {
  const { settings, paths } = installation;
  const started = Date.now();
  await installation.open();
  const password = ensureAdminPassword(paths);
  say('starting the broker …');
  await installation.startBroker();
  say('starting the backend …');
  await installation.startBackend();
  const isSignedIn = await signInUnlessRunBefore(installation, password.password);
  say('starting the agent …');
  const endpointId = await installation.startAgent();
  if (settings.endpoints > 0 && isSignedIn) {
    say(`starting ${settings.endpoints} simulated endpoints …`);
    await installation.startSimulated();
  }
  if (endpointId !== undefined && isSignedIn) await showFirstJob(installation, endpointId);
  installation.stopping.throwIfAborted();
  print(describeInstallation({
    httpUrl: installation.httpUrl,
    tls: settings.tls && { publicName: settings.tls.publicNames[0] ?? '', ca: installation.caFile },
    paths,
    password,
    simulated: settings.endpoints,
    namedDataDir: process.env['KANADE_DATA_DIR'] !== undefined,
    seconds: (Date.now() - started) / 1000,
  }));
}

/** A fleet that is there must come up again whatever its administrators did to the first account; only a first start needs it. */
async function signInUnlessRunBefore({ paths, httpUrl, caFile }: Installation, password: string): Promise<boolean> {
  try {
    await signIn(paths, { url: httpUrl, ca: caFile }, password);
    return true;
  } catch (error) {
    if (!(error instanceof StartupError) || enrolledAgent(localAgentDir(paths)) === undefined) throw error;
    say(error.message);
    for (const line of error.advice) say(line);
    return false;
  }
}

async function showFirstJob(installation: Installation, endpointId: string): Promise<void> {
  const logFile = join(installation.paths.logs, 'agent.log');
  if (!(await untilOnline(endpointId, 30_000, installation.stopping))) {
    if (!installation.stopping.aborted) say(`the agent has not connected within 30 s; see ${logFile}`);
    return;
  }
  say('running the first job …');
  const run = await runFirstJob(endpointId, 60_000, installation.stopping);
  if (!installation.stopping.aborted) print(`\n${describeFirstJob(run, logFile)}\n`);
}

/** Resolves with the first request to stop; a second one ends everything at once. */
function untilAskedToStop(installation: Installation): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = () => {
      if (asked) {
        say('stopping at once');
        installation.kill();
        process.exit(130);
      }
      asked = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
    // Whoever started us through a channel and is gone can no longer ask; that is no second request, though.
    process.on('disconnect', () => {
      if (!asked) ask();
    });
  });
}

async function supervise(settings: Settings): Promise<number> {
  const installation = new Installation(settings, say);
  const asked = untilAskedToStop(installation);
  const up = bringUp(installation).then(() => 'up' as const);
  try {
    await Promise.race([up, asked]);
    await asked;
    say('stopping: the agents, the backend, then the broker …');
    await installation.stop();
    await up.catch(() => undefined);
    say('stopped');
    return 0;
  } catch (error) {
    await installation.stop();
    throw error;
  }
}

function report(error: unknown, paths?: DataPaths): number {
  process.stderr.write(describeFailure(paths === undefined ? error : asStartupError(error, paths), paths));
  return 1;
}

try {
  const settings = readSettings(process.argv.slice(2), process.env);
  process.exitCode = await supervise(settings).catch((error: unknown) => report(error, dataPaths(settings.dataDir)));
} catch (error) {
  process.exitCode = report(error);
}
// The channel to whoever started us would keep this process alive.
if (process.connected) process.disconnect();
