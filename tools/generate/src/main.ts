import { resolve } from 'node:path';
import { generateMessages, messageFolders } from './messages.ts';
import { findDrift, mendDrift } from './sync-files.ts';

const root = resolve(import.meta.dirname, '../../..');
const drift = await findDrift(root, generateMessages(), messageFolders);
const names = [...drift.stale.map(({ path }) => path), ...drift.orphans.map((path) => `${path} (no longer generated)`)];

if (names.length === 0) {
  console.log('Generated files are current.');
} else if (process.argv.includes('--check')) {
  console.error(`Generated files are stale; run \`npm run generate\` and commit:\n${names.map((name) => `  ${name}`).join('\n')}`);
  process.exitCode = 1;
} else {
  await mendDrift(root, drift);
  console.log(names.map((name) => `wrote ${name}`).join('\n'));
}
