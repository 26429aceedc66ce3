import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'kanade-operations-'));
});
afterAll(() => rmSync(scratch, { recursive: true }));

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, ['--conditions=@kanade/source', '--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'operations.ts'), ...args], { encoding: 'utf8' });
}

describe('backup and restore as programs', () => {
  it.each(['backup', 'restore'])('%s tells a failure as one JSON document with --json', (verb) => {
    const { status, stdout, stderr } = run(verb, join(scratch, 'nothing'), '--data-dir', join(scratch, 'none'), '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'failed', message: expect.stringMatching(/holds no/), suggestion: expect.any(String) } });
    expect(stderr).toMatch(/^kanade: .*holds no/m);
  });

  it('tells a wrong call so too, with exit code 2', () => {
    const { status, stdout } = run('backup', join(scratch, 'a'), '--agents-of', scratch, '--json');
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage', message: expect.stringMatching(/^Usage: kanade backup/) } });
  });

  it('prints words alone without it', () => {
    const { stdout, stderr } = run('backup', join(scratch, 'nothing'), '--data-dir', join(scratch, 'none'));
    expect(stdout).toBe('');
    expect(stderr).toMatch(/holds no kanade/);
  });
});
