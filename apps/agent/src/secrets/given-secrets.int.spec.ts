import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestRunner, eventually, processesOfRun } from '../runner/test-runner.spec-kit.ts';
import type { TestRunner } from '../runner/test-runner.spec-kit.ts';

let test: TestRunner;
beforeEach(() => (test = createTestRunner()));
afterEach(() => {
  test.remove();
});

const sha256 = (value: Buffer) => createHash('sha256').update(value).digest('hex');

it('is in the variable it was asked for, byte for byte', async () => {
  const value = Buffer.from('line one\nだんだん "quoted" $HOME `x`\n');
  const { stdout } = await test.run('printf %s "$DB_PASSWORD" | sha256sum', { secrets: [{ name: 'db', as: 'env', variable: 'DB_PASSWORD', value }] });
  expect(stdout).toBe(`${sha256(value)}  -\n`);
});

it('is in a file only the script’s identity can read, and gone after the run', async () => {
  const value = randomBytes(5000);
  const { stdout } = await test.run('stat -c %a "$KEY_FILE"; sha256sum < "$KEY_FILE"; dirname "$KEY_FILE"', { secrets: [{ name: 'tls', as: 'file', variable: 'KEY_FILE', value }] });
  const [mode, digest, folder] = stdout.split('\n');
  expect([mode, digest]).toEqual(['400', `${sha256(value)}  -`]);
  expect(folder).toContain(join(test.dataDir, 'agent-scripts'));
  expect(readdirSync(join(test.dataDir, 'agent-scripts'))).toEqual([]);
});

it('is on no command line and in no file while the script runs', async () => {
  const value = randomBytes(20).toString('hex');
  const { run, outcome, capture, cancel } = test.start('echo begun; sleep 60', { secrets: [{ name: 'db', as: 'env', variable: 'DB', value: Buffer.from(value) }] });
  await eventually(() => capture.text('stdout').includes('begun'), 'the script to have begun');
  const processes = processesOfRun(run.runId);
  expect(processes.length).toBeGreaterThan(1);
  const ofAll = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => commandLine(pid));
  expect(ofAll.join('\n')).not.toContain(value);
  for (const entry of readdirSync(test.dataDir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) expect(readFileSync(join(entry.parentPath, entry.name), 'latin1')).not.toContain(value);
  }
  cancel();
  await outcome;
});

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}
