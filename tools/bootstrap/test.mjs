import { ensureWorkspace } from './ensure.mjs';
import { guarded } from './say.mjs';
import { checkSteps, runSteps, slowSteps, systemSteps } from './steps.mjs';

await guarded(async () => {
  const slow = process.argv.includes('--slow');
  return await runSteps(slow ? 'slow' : 'test', slow ? slowSteps : [...checkSteps, ...systemSteps], await ensureWorkspace());
});
