import { build } from 'esbuild';

// One CommonJS file, so that a start reads one file; V8 keeps its compiled form beside it (see bin/kanade.mjs).
await build({
  entryPoints: ['src/main.ts'],
  outfile: 'dist/main.cjs',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  conditions: ['@kanade/source'],
  // Optional: native speed-ups of ws; what oclif uses only to run plug-ins from TypeScript source.
  external: ['bufferutil', 'utf-8-validate', 'typescript'],
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
});
