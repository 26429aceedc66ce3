import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findDrift, mendDrift } from './sync-files.ts';

const files = [{ path: 'lib/generated/a.ts', text: 'a' }, { path: 'lib/generated/b.ts', text: 'b' }];
const folders = ['lib/generated'];
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kanade-generate-'));
  await mkdir(join(root, 'lib/generated'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

describe('generated files', () => {
  it('are named when they are missing, edited or no longer generated', async () => {
    await writeFile(join(root, 'lib/generated/a.ts'), 'edited');
    await writeFile(join(root, 'lib/generated/old.ts'), '');
    const drift = await findDrift(root, files, folders);
    expect(drift.stale.map(({ path }) => path)).toEqual(['lib/generated/a.ts', 'lib/generated/b.ts']);
    expect(drift.orphans).toEqual(['lib/generated/old.ts']);
  });

  it('are current once mended', async () => {
    await writeFile(join(root, 'lib/generated/old.ts'), '');
    await mendDrift(root, await findDrift(root, files, folders));
    expect(await findDrift(root, files, folders)).toEqual({ stale: [], orphans: [] });
    expect(await readFile(join(root, 'lib/generated/b.ts'), 'utf8')).toBe('b');
  });
});
