import { createScriptRunner } from '../runner/script-runner.ts';
import { keeperFromSource, scriptRun } from '../runner/test-runner.spec-kit.ts';
import { systemClock } from '../clock/clock.ts';
import { silentLog } from '../log.ts';
import { createPlatform } from '../platform/create-platform.ts';

// A process that stands for an agent with one run, to be killed by a test.
const [dataDir = '', runId = '', script = ''] = process.argv.slice(2);
const runner = createScriptRunner({ dataDir, platform: createPlatform(keeperFromSource), clock: systemClock, log: silentLog });
await runner.start({ ...scriptRun(script, { runId, shell: 'bash' }) }, { write: () => undefined }).outcome;
