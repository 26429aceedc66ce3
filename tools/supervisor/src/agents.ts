import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createEnrolmentToken, createSite } from '@kanade/api-client';
import { enrolledAgent, enrolledAgentsBelow, pointToBroker, simulatedAgents, type BrokerAccess, type EnrolledAgent } from './agent-identity.ts';
import { childEnvironment } from './child-environment.ts';
import { tellNamesakes } from './namesakes.ts';
import { root, type DataPaths } from './paths.ts';
import type { Say } from './say.ts';
import type { Settings } from './settings.ts';
import { StartupError } from './startup-error.ts';
import type { ChildPlan } from './supervised-child.ts';

const agentBundle = join(root, 'apps/agent/dist/main.cjs');
/** Starts the bundle with the flags that keep a long-lived agent small, in the same process. */
const agentLauncher = join(root, 'apps/agent/bin/kanade-agent.mjs');

/** The data directory of the agent of this machine. */
export function localAgentDir(paths: DataPaths): string {
  return join(paths.agents, 'local');
}

/** Makes this machine an endpoint unless it is one already, the way anybody would: with an enrolment token of the public API. */
export async function enrolThisMachine(settings: Settings, paths: DataPaths, say: Say): Promise<EnrolledAgent> {
  const dataDir = localAgentDir(paths);
  const known = enrolledAgent(dataDir);
  if (known !== undefined) return known;
  await tellNamesakes(hostname(), say);
  const { token } = await createEnrolmentToken({ expiresIn: '10m', maxUses: 1 });
  // By standard input: what stands in arguments can be read by every user of the machine.
  const child = spawn(process.execPath, [agentBundle, 'enrol', '-', '--data-dir', dataDir], {
    env: childEnvironment({ KANADE_LOG_LEVEL: settings.logLevel }),
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  child.stdin.end(`${token}\n`);
  const [said] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  const enrolled = enrolledAgent(dataDir);
  if (child.exitCode !== 0 || enrolled === undefined) {
    throw new StartupError(`This machine could not be enrolled (exit code ${String(child.exitCode)}). The agent said:`, said.trim().split('\n').slice(-15));
  }
  return enrolled;
}

/** Runs the agent of this machine. */
export function localAgentPlan(settings: Settings, paths: DataPaths, broker: BrokerAccess): ChildPlan {
  const dataDir = localAgentDir(paths);
  return {
    name: 'the agent',
    logFile: join(paths.logs, 'agent.log'),
    holdFile: join(paths.hold, 'agent'),
    // It ends the runs of this moment and reports them before it goes.
    stopGraceMs: 20_000,
    command: () => {
      pointToBroker(dataDir, broker);
      return {
        file: process.execPath,
        args: [agentLauncher, 'run', '--data-dir', dataDir],
        env: childEnvironment({ KANADE_LOG_LEVEL: settings.logLevel }),
      };
    },
    ready: () => Promise.resolve(),
  };
}

/** Runs as many simulated endpoints as asked for in one process, enrolling those that are new with `token`. */
export function simulatedAgentsPlan(settings: Settings, paths: DataPaths, broker: BrokerAccess, token: string | undefined): ChildPlan {
  return {
    name: 'the simulated endpoints',
    logFile: join(paths.logs, 'simulated.log'),
    holdFile: join(paths.hold, 'simulated'),
    stopGraceMs: 20_000,
    command: () => {
      for (const { dataDir } of enrolledAgentsBelow(paths.simulated)) pointToBroker(dataDir, broker);
      const args = [agentBundle, 'simulate', '--count', String(settings.endpoints), '--data-dir', paths.simulated];
      return {
        file: process.execPath,
        args: token === undefined ? args : [...args, '--token', '-'],
        env: childEnvironment({ KANADE_LOG_LEVEL: settings.logLevel }),
        ...(token === undefined ? {} : { input: `${token}\n` }),
      };
    },
    ready: () => Promise.resolve(),
  };
}

/** Where simulated endpoints belong, apart from real ones. */
const simulatedSite = 'simulated';

/** A token for the simulated endpoints that are not enrolled yet, undefined when all are. */
export async function simulationToken(settings: Settings, paths: DataPaths): Promise<string | undefined> {
  const missing = settings.endpoints - simulatedAgents(paths.simulated, settings.endpoints).length;
  if (missing <= 0) return undefined;
  await createSite(simulatedSite);
  const { token } = await createEnrolmentToken({ expiresIn: '24h', maxUses: missing, site: simulatedSite });
  return token;
}
