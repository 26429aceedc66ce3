import { Agent } from '../agent.ts';
import { systemClock } from '../clock/clock.ts';
import type { AgentConfig } from '../config.ts';
import { dataDirAt } from '../data-dir/data-dir.ts';
import { diskOf } from '../disk/disk.ts';
import { createLog } from '../log.ts';
import { thisHost } from '../this-host.ts';
import { untilStopped } from './until-stopped.ts';

/** Works until a signal says to stop. */
export async function runAgent(directory: string, config: AgentConfig): Promise<void> {
  const log = createLog(config.logLevel);
  const dataDir = dataDirAt(directory);
  const clock = systemClock;
  const agent = new Agent({ dataDir, config, clock, log, disk: diskOf(dataDir.root), host: thisHost({ dataDir, clock, log }) });
  await agent.start();
  await untilStopped();
  await agent.stop();
}
