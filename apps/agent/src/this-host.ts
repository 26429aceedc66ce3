import type { Clock } from './clock/clock.ts';
import type { DataDir } from './data-dir/data-dir.ts';
import type { Host } from './host.ts';
import { createInventoryCollector } from './inventory/collector.ts';
import type { Log } from './log.ts';
import { createPlatform } from './platform/create-platform.ts';
import { keeperSubcommand } from './platform/keeper-subcommand.ts';
import type { Platform } from './platform/platform.ts';
import { createScriptRunner } from './runner/script-runner.ts';
import { createSampler } from './telemetry/sampler.ts';

/** The platform of this machine; its keeper is this very program, started with the same flags. */
export function thisPlatform(): Platform {
  return createPlatform([process.execPath, ...process.execArgv, process.argv[1] ?? '', keeperSubcommand]);
}

/** The machine this process runs on. */
export function thisHost({ dataDir, clock, log }: { readonly dataDir: DataDir; readonly clock: Clock; readonly log: Log }): Host {
  const platform = thisPlatform();
  return {
    simulated: false,
    hostname: () => platform.hostname(),
    os: () => platform.os(),
    bootId: () => platform.bootId(),
    runner: createScriptRunner({ dataDir: dataDir.root, platform, clock, log }),
    inventory: createInventoryCollector({ platform }),
    sampler: createSampler({ platform, clock }),
  };
}
