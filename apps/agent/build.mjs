import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { build } from 'esbuild';

// One CommonJS file: the form in which Node can also carry it inside an executable. Identifiers stay readable,
// because a stack trace from an endpoint is often all there is.
const options = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  conditions: ['@kanade/source'],
  external: ['koffi'],
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  logLevel: 'warning',
};

/** What main loads on demand is bundled first and put in as it is: a dynamic import alone would keep every export of every library. */
const onDemand = {
  name: 'on-demand',
  setup({ onResolve, onLoad }) {
    // Named .cjs, because by its own name it would be taken for a module, for which `module.exports` means nothing.
    onResolve({ filter: /\/(perform|keeper)\.ts$/ }, ({ path, resolveDir, importer, kind }) =>
      kind === 'dynamic-import' && importer.endsWith('main.ts')
        ? { path: `${resolve(resolveDir, path)}.cjs`, namespace: 'on-demand' }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'on-demand' }, async ({ path }) => {
      const entry = path.slice(0, -'.cjs'.length);
      const { outputFiles } = await build({ ...options, entryPoints: [entry], write: false, sourcemap: 'inline' });
      return { contents: outputFiles[0].text, loader: 'js', resolveDir: dirname(entry) };
    });
  },
};

await build({ ...options, entryPoints: ['src/main.ts'], outfile: 'dist/main.cjs', plugins: [onDemand], legalComments: 'linked', sourcemap: 'external' });

// What is kept out on purpose, and would come back unnoticed with one import.
const text = await readFile('dist/main.cjs', 'utf8');
if (text.includes('ZodType')) throw new Error('the agent carries the schema library: import contracts only where they need no schemas');
