import { join } from 'node:path';
import { buildApps } from './build.mjs';
import { ensureWorkspace, runSource } from './ensure.mjs';
import { root } from './paths.mjs';
import { guarded } from './say.mjs';

await guarded(async () => {
  const env = await ensureWorkspace();
  // What is measured is what is built.
  await buildApps(env);
  return await runSource(join(root, 'tools/bench/src/main.ts'), process.argv.slice(2), env);
});
