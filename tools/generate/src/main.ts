import { resolve } from 'node:path';
import { renderReadModelTypes } from '@kanade/read-models';
import { apiClientFolder, generateApiClient } from './api-client.ts';
import { backendOpenApi } from './backend-openapi.ts';
import type { GeneratedFile } from './generated-file.ts';
import { generateMessages, messageFolders } from './messages.ts';
import { subjectsPage } from './subjects-page.ts';
import { findDrift, mendDrift } from './sync-files.ts';

const root = resolve(import.meta.dirname, '../../..');
const check = process.argv.includes('--check');

/** Writes what differs, or with `--check` only names it; returns the names. */
async function sync(files: readonly GeneratedFile[], folders: readonly string[]): Promise<string[]> {
  const drift = await findDrift(root, files, folders);
  if (!check) await mendDrift(root, drift);
  return [...drift.stale.map(({ path }) => path), ...drift.orphans.map((path) => `${path} (no longer generated)`)];
}

function syncMessages(): Promise<string[]> {
  return sync(generateMessages(), messageFolders);
}

function syncTables(): Promise<string[]> {
  return sync([{ path: 'libs/read-models/src/generated/tables.ts', text: renderReadModelTypes() }], ['libs/read-models/src/generated']);
}

function syncDocs(): Promise<string[]> {
  return sync([subjectsPage()], []);
}

function syncApi(): Promise<string[]> {
  const openApi = backendOpenApi(root);
  return sync([openApi, ...generateApiClient(openApi.text)], [apiClientFolder]);
}

const stale: string[] = [];
// In this order: the backend is compiled against messages and tables, and the client is made from what the backend says of itself.
for (const step of [syncMessages, syncTables, syncDocs, syncApi]) {
  try {
    stale.push(...(await step()));
  } catch (error) {
    // One part that cannot be generated hides nothing about the others.
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

if (check && stale.length > 0) {
  console.error(`Generated files are stale; run \`npm run generate\` and commit:\n${stale.map((name) => `  ${name}`).join('\n')}`);
  process.exitCode = 1;
} else if (stale.length > 0) {
  console.log(stale.map((name) => `wrote ${name}`).join('\n'));
} else if (process.exitCode === undefined) {
  console.log('Generated files are current.');
}
