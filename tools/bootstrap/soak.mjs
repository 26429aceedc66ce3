import { ensureWorkspace } from './ensure.mjs';
import { node, nx, root } from './paths.mjs';
import { foreground } from './run.mjs';
import { guarded } from './say.mjs';

/** The random kills of `npm run test:slow` with many more seeds: about an hour and a half, or what KANADE_SEEDS names. */
await guarded(async () => {
  const env = await ensureWorkspace();
  const KANADE_SEEDS = process.env.KANADE_SEEDS ?? '1-300';
  return await foreground(node, [nx, 'run', '@kanade/e2e:soak', '--output-style=stream'], { cwd: root, env: { ...env, KANADE_SEEDS } });
});
