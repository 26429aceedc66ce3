import { resolve } from 'node:path';
import { apiClientFolder, generateApiClient } from './api-client.ts';
import { backendOpenApi } from './backend-openapi.ts';
import type { GeneratedFile } from './generated-file.ts';
import { generateMessages, messageFolders } from './messages.ts';
import { findDrift, mendDrift } from './sync-files.ts';

const root = resolve(import.meta.dirname, '../../..');
const check = process.argv.includes('--check');

/** Writes what differs, or with `--check` only names it; returns the names. */
async function sync(files: readonly GeneratedFile[], folders: readonly string[]): Promise<string[]> {
  const drift = await findDrift(root, files, folders);
  if (!check) await mendDrift(root, drift);
  return [...drift.stale.map(({ path }) => path), ...drift.orphans.map((path) => `${path} (no longer generated)`)];
}

// In this order: the backend is compiled against the messages, and the client is made from what the backend says of itself.
const messages = await sync(generateMessages(), messageFolders);
const openApi = backendOpenApi(root);
const api = await sync([openApi, ...generateApiClient(openApi.text)], [apiClientFolder]);
const stale = [...messages, ...api];

if (stale.length === 0) {
  console.log('Generated files are current.');
} else if (check) {
  console.error(`Generated files are stale; run \`npm run generate\` and commit:\n${stale.map((name) => `  ${name}`).join('\n')}`);
  process.exitCode = 1;
} else {
  console.log(stale.map((name) => `wrote ${name}`).join('\n'));
}
