import type { Shell } from '@kanade/messages';
import { shells } from '@kanade/contracts';
import type { Clock } from '../clock/clock.ts';
import type { Log } from '../log.ts';
import type { Platform } from '../platform/platform.ts';
import { createStaging } from '../sandbox/staging.ts';
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
  const { scripts } = platform;
  return {
    start: (run, sink) => {
      const script = new RunningScript(run, sink, { scripts, staging, clock, log });
      return { started: script.started, outcome: script.perform(), cancel: () => script.cancel() };
    },
    sweep: async () => {
      const leftovers = await staging.leftovers();
      if (leftovers.length === 0 || !('sandbox' in scripts)) return;
      log.warn({ runs: leftovers }, 'clearing what an earlier agent left behind');
      await scripts.sandbox.sweep(leftovers);
      await staging.removeAll(leftovers);
    },
    shells: (): Shell[] => {
      if (!('sandbox' in scripts)) return [];
      const { sandbox } = scripts;
      return shells.filter((shell) => sandbox.findShell(shell) !== undefined);
    },
  };
}
