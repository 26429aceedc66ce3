import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GeneratedFile } from './generated-file.ts';

/** The API as the backend itself describes it. Nest's decorators need a build, so this compiles the backend first. */
export function backendOpenApi(root: string): GeneratedFile {
  const dir = mkdtempSync(join(tmpdir(), 'kanade-openapi-'));
  const file = join(dir, 'openapi.json');
  try {
    run(root, join(root, 'node_modules/@typescript/compiler/bin/tsc'), ['-b', 'apps/backend/tsconfig.lib.json']);
    run(root, join(root, 'apps/backend/dist/write-openapi.js'), [file]);
    return { path: 'apps/backend/openapi.json', text: readFileSync(file, 'utf8') };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function run(root: string, script: string, args: readonly string[]): void {
  execFileSync(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}
