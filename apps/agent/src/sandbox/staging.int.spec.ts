import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestRunner } from '../runner/test-runner.spec-kit.ts';
import type { TestRunner } from '../runner/test-runner.spec-kit.ts';
import { createStaging, StagingError } from './staging.ts';

let test: TestRunner;
let outside: string;
beforeEach(() => {
  test = createTestRunner();
  outside = mkdtempSync(join(tmpdir(), 'kanade-outside-'));
  writeFileSync(join(outside, 'precious'), 'precious');
});
afterEach(() => {
  test.remove();
  rmSync(outside, { recursive: true, force: true });
});

const base = () => join(test.dataDir, 'agent-scripts');

describe('a staged script', () => {
  it('can be read by the agent’s own user and by nobody else', async () => {
    const { stdout } = await test.run('stat -c "%a %u" . "$0" ..');
    const uid = process.getuid?.();
    expect(stdout).toBe(`700 ${uid}\n400 ${uid}\n700 ${uid}\n`);
  });

  it('is gone after the run with everything the script left beside it', async () => {
    await test.run('mkdir -p deep/er; echo x > deep/er/file; chmod 000 deep; exit 1');
    expect(readdirSync(base())).toEqual([]);
  });

  it('takes links the script made away, not what they point to', async () => {
    await test.run(`ln -s '${outside}' link; ln -s '${outside}/precious' file`);
    expect(readdirSync(base())).toEqual([]);
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('precious');
  });

  it('takes what the script mounted off, and deletes nothing of it', async (context) => {
    if (process.getuid?.() !== 0) context.skip('only root may mount');
    const { outcome } = await test.run(`mkdir "a mount" && mount --bind '${outside}' "a mount" && ls "a mount"`);
    expect(outcome.state).toBe('succeeded');
    expect(readdirSync(base())).toEqual([]);
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('precious');
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(test.dataDir);
  });
});

describe('a planted link', () => {
  it('in place of the run’s folder is refused and not followed', async () => {
    mkdirSync(base(), { mode: 0o700 });
    symlinkSync(outside, join(base(), 'planted'));
    const { outcome } = await test.run('echo ran', { runId: 'planted' });
    expect(outcome).toMatchObject({ state: 'refused', reason: { code: 'staging-occupied' } });
    expect(readdirSync(outside)).toEqual(['precious']);
  });

  it('in place of the folder of all runs is refused and not followed', async () => {
    symlinkSync(outside, base());
    await test.runner.sweep();
    const { outcome } = await test.run('echo ran');
    expect(outcome).toMatchObject({ state: 'refused', reason: { code: 'staging-not-private' } });
    expect(readdirSync(outside)).toEqual(['precious']);
  });

  it('is swept away without what it points to', async () => {
    mkdirSync(base(), { mode: 0o700 });
    symlinkSync(outside, join(base(), 'planted'));
    await test.runner.sweep();
    expect(readdirSync(base())).toEqual([]);
    expect(readdirSync(outside)).toEqual(['precious']);
  });
});

it('closes a folder of all runs that others could enter', async () => {
  mkdirSync(base());
  execFileSync('chmod', ['0755', base()]);
  await test.run('true');
  expect(statSync(base()).mode & 0o777).toBe(0o700);
});

it('takes no run id that could be a path', async () => {
  const staging = createStaging(test.dataDir);
  for (const runId of ['../escape', '.', '..', 'a/b', '']) await expect(staging.stage(runId, [{ fileName: 'script.sh', content: Buffer.from('') }])).rejects.toThrow(StagingError);
  expect(readdirSync(test.dataDir)).toEqual([]);
});

it('says that the disk is full when it is', async (context) => {
  if (process.getuid?.() !== 0) context.skip('only root may mount the small disk this needs');
  mkdirSync(base(), { mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'kanade-test', base()]);
  try {
    const { outcome } = await test.run(`# ${'x'.repeat(100_000)}`, { runId: 'too-large' });
    expect(outcome).toMatchObject({ state: 'refused', reason: { code: 'disk-full' } });
    expect(readdirSync(base())).toEqual([]);
  } finally {
    execFileSync('umount', [base()]);
  }
});
