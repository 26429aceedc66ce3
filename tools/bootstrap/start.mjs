import { join } from 'node:path';
import { buildApps } from './build.mjs';
import { ensureWorkspace, runSource } from './ensure.mjs';
import { root } from './paths.mjs';
import { guarded } from './say.mjs';

await guarded(async () => {
  const env = await ensureWorkspace();
  await buildApps(env);
  return await runSource(join(root, 'tools/supervisor/src/main.ts'), process.argv.slice(2), env);
});
