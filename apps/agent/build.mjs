import { build } from 'esbuild';

// One CommonJS file: the form in which Node can also carry it inside an executable. Identifiers stay readable,
// because a stack trace from an endpoint is often all there is.
await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/main.cjs',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node24',
  conditions: ['@kanade/source'],
  external: ['koffi'],
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  legalComments: 'linked',
  sourcemap: 'external',
  logLevel: 'warning',
});
