import type { Shell } from '@kanade/messages';
import { shells } from '@kanade/contracts';
import type { Clock } from '../clock/clock.ts';
import type { Log } from '../log.ts';
import type { Platform } from '../platform/platform.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { createStaging } from '../sandbox/staging.ts';
import type { Staging } from '../sandbox/staging.ts';
import { Directories } from './directories.ts';
import { RunningScript } from './running-script.ts';
import type { ScriptRunner } from './runner.ts';

interface ScriptRunnerOptions {
  /** Staging lies below it, in `agent-scripts`. */
  readonly dataDir: string;
  readonly platform: Platform;
  readonly clock: Clock;
  readonly log: Log;
}

/** Runs scripts as processes of this machine; on a platform that cannot yet, every run ends as `skipped`. */
export function createScriptRunner({ dataDir, platform, clock, log }: ScriptRunnerOptions): ScriptRunner {
  const staging = createStaging(dataDir);
  const directories = new Directories();
  const { scripts } = platform;
  return {
    start: (run, sink) => {
      const script = new RunningScript(run, sink, { scripts, staging, directories, clock, log });
      return { started: script.started, outcome: script.perform(), cancel: () => script.cancel() };
    },
    sweep: async () => {
      if (!('sandbox' in scripts)) return;
      try {
        await clearLeftovers(scripts.sandbox, staging, log);
      } catch (error) {
        // An agent that cannot clear up must still come up, to say so: its runs are refused with the reason.
        log.error({ err: error }, 'what an earlier agent left behind could not be cleared');
      }
    },
    shells: (): Shell[] => {
      if (!('sandbox' in scripts)) return [];
      const { sandbox } = scripts;
      return shells.filter((shell) => sandbox.findShell(shell) !== undefined);
    },
  };
}

async function clearLeftovers(sandbox: Sandbox, staging: Staging, log: Log): Promise<void> {
  const leftovers = await staging.leftovers();
  if (leftovers.length === 0) return;
  log.warn({ runs: leftovers }, 'clearing what an earlier agent left behind');
  await sandbox.sweep(leftovers);
  for (const failure of await staging.removeAll(leftovers)) log.error({ err: failure }, 'a staging folder could not be removed');
}
