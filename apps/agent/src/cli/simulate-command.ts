import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from '../agent.ts';
import { systemClock } from '../clock/clock.ts';
import type { AgentConfig } from '../config.ts';
import { dataDirAt, messageOf, securePrivately } from '../data-dir/data-dir.ts';
import { diskOf } from '../disk/disk.ts';
import { AgentError } from '../errors.ts';
import { readPendingKeys } from '../identity/identity.ts';
import { createLog } from '../log.ts';
import type { Log } from '../log.ts';
import { simulatedHost } from '../simulate/simulated-host.ts';
import { enrolInto, readToken } from './enrol-command.ts';
import { untilStopped } from './until-stopped.ts';

interface Fleet {
  readonly count: number;
  readonly token: string | undefined;
  readonly dataDir: string;
}

/** Starts are spread over this for every hundred endpoints, as real ones would come. */
const spreadMsPerHundred = 2_000;
/** Enrolments at the same time. */
const enrolAtOnce = 8;

const nameOf = (index: number) => `sim-${String(index + 1).padStart(4, '0')}`;

/** Runs a fleet of simulated endpoints in this process, each with its own data directory and identity, until stopped. */
export async function simulate({ count, token, dataDir: root }: Fleet, config: AgentConfig): Promise<void> {
  const log = createLog(config.logLevel);
  securePrivately(dataDirAt(root));
  const directories = Array.from({ length: count }, (_, index) => join(root, nameOf(index)));
  await enrolMissing(directories, token === undefined ? undefined : await readToken(token), log);
  const stopped = untilStopped();
  let stopping = false;
  void stopped.then(() => {
    stopping = true;
  });
  const agents: Agent[] = [];
  const spread = (spreadMsPerHundred * count) / 100;
  const starts = directories.map(async (directory) => {
    await Promise.race([sleep(Math.random() * spread), stopped]);
    if (!stopping) agents.push(await startOne(directory, config, log));
  });
  await Promise.all(starts);
  log.info({ count: agents.length }, 'simulated endpoints started');
  await stopped;
  await Promise.all(agents.map((agent) => agent.stop()));
}

async function startOne(directory: string, config: AgentConfig, log: Log): Promise<Agent> {
  const dataDir = dataDirAt(directory);
  // What hundreds of endpoints say about their ordinary day would bury what matters.
  const quiet: Log = { debug: log.debug.bind(log), info: log.debug.bind(log), warn: log.warn.bind(log), error: log.error.bind(log) };
  const host = simulatedHost(basename(directory), systemClock);
  const agent = new Agent({ dataDir, config, host, clock: systemClock, disk: diskOf(dataDir.root), log: quiet });
  await agent.start();
  return agent;
}

async function enrolMissing(directories: readonly string[], token: string | undefined, log: Log): Promise<void> {
  const missing = directories.filter((directory) => !existsSync(dataDirAt(directory).identity) || readPendingKeys(dataDirAt(directory)) !== undefined);
  const [first] = missing;
  if (first === undefined) return;
  if (token === undefined) throw new AgentError(`${missing.length} simulated endpoints are not enrolled yet: give a token with --token`);
  log.info({ count: missing.length }, 'enrolling simulated endpoints');
  const queue = missing.values();
  const worker = async () => {
    for (const directory of queue) {
      try {
        await enrolInto(directory, token, true);
      } catch (error) {
        throw new AgentError(`${basename(directory)} could not be enrolled: ${messageOf(error)}`, { cause: error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(enrolAtOnce, missing.length) }, worker));
}
