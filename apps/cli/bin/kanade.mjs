#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(import.meta.dirname ?? dirname(fileURLToPath(import.meta.url)));
const bundle = new URL('../dist/main.cjs', import.meta.url);

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(`kanade: it needs Node 24 or newer, this is ${process.version}. From the project's root, npx kanade brings its own.\n`);
  process.exit(1);
}
if (!existsSync(bundle)) {
  process.stderr.write('kanade: it has not been built yet. Run npm start (or npm run build) in the project first.\n');
  process.exit(1);
}
enableCompileCache?.();
const { default: cli } = await import(bundle.href);
await cli.main(root, process.argv.slice(2));
