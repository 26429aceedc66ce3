import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Agent } from '../agent.ts';
import { enrolInto } from '../cli/enrol-command.ts';
import { systemClock } from '../clock/clock.ts';
import { readConfig } from '../config.ts';
import { dataDirAt } from '../data-dir/data-dir.ts';
import { silentLog } from '../log.ts';
import { simulatedHost } from '../simulate/simulated-host.ts';
import type { TestBackend } from './test-backend.spec-kit.ts';

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'kanade-agent-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** Starts an agent on an enrolled data directory, with played scripts and everything else real; it is stopped with the test. */
export async function startAgent(directory: string) {
  const space = { free: Number.MAX_SAFE_INTEGER };
  const agent = new Agent({
    dataDir: dataDirAt(directory),
    config: readConfig({}),
    host: simulatedHost(directory, systemClock),
    clock: systemClock,
    disk: { freeBytes: () => Promise.resolve(space.free) },
    log: silentLog,
  });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= agent.stop());
  onTestFinished(stop);
  await agent.start();
  return { agent, space, stop, endpointId: agent.endpointId };
}

/** Enrols a new simulated endpoint and starts its agent. */
export async function startNewAgent(backend: TestBackend) {
  const directory = temporaryDirectory();
  await enrolInto(directory, backend.token(), true);
  return { directory, ...(await startAgent(directory)) };
}
