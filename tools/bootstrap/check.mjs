import { ensureWorkspace } from './ensure.mjs';
import { guarded } from './say.mjs';
import { checkSteps, runSteps } from './steps.mjs';

await guarded(async () => await runSteps('check', checkSteps, await ensureWorkspace()));
