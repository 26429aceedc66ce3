import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createTestRunner, eventually, processesWith } from './test-runner.spec-kit.ts';
import type { TestRunner } from './test-runner.spec-kit.ts';

let test: TestRunner;
beforeAll(() => {
  vi.stubEnv('KANADE_SECRET_OF_THE_AGENT', 'must not leak');
  vi.stubEnv('NODE_OPTIONS', '--no-deprecation');
  test = createTestRunner();
});
afterAll(() => {
  vi.unstubAllEnvs();
  test.remove();
});

/** As the kernel has it, which no shell has added to. */
async function environmentOf(env: Readonly<Record<string, string>> = {}): Promise<Record<string, string>> {
  const { stdout } = await test.run('tr "\\0" "\\n" < /proc/$$/environ', { runId: 'environment', env });
  return Object.fromEntries(stdout.trim().split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

describe('environment', () => {
  it('is made of what every script needs and of nothing of the agent’s', async () => {
    const environment = await environmentOf();
    expect(Object.keys(environment).sort()).toEqual(['HOME', 'KANADE_RUN_ID', 'LANG', 'LOGNAME', 'PATH', 'SHELL', 'TMPDIR', 'USER']);
    expect(environment).toMatchObject({ PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', KANADE_RUN_ID: 'environment' });
  });

  it('takes what the manifest sets, above its own, but not the run’s id', async () => {
    const environment = await environmentOf({ GREETING: 'こんにちは "quoted" $HOME', LANG: 'ja_JP.UTF-8', KANADE_RUN_ID: 'another' });
    expect(environment).toMatchObject({ GREETING: 'こんにちは "quoted" $HOME', LANG: 'ja_JP.UTF-8', KANADE_RUN_ID: 'environment' });
  });

  it('has no descriptors beside the standard three', async () => {
    const { stdout } = await test.run('ls /proc/$$/fd', { shell: 'sh' });
    // 10 and 255 are where shells keep the script itself.
    expect(stdout.trim().split('\n').filter((fd) => !['0', '1', '2', '10', '255'].includes(fd))).toEqual([]);
  });

  it('has no terminal, and files it makes are readable as usual', async () => {
    const { stdout } = await test.run('umask; (: < /dev/tty) 2>/dev/null || echo no terminal', { shell: 'bash' });
    expect(stdout).toBe('0022\nno terminal\n');
  });
});

describe('arguments', () => {
  const difficult = ['two words', `'single' "double"`, 'line\nbreak', '日本語 表 ソ', '', '-e', '$(touch owned)', '*', '\\', '`id`'];

  it.each(['sh', 'bash'] as const)('reach a script for %s as they are', async (shell) => {
    const { stdout } = await test.run(`printf '<%s>\\0' "$@"`, { shell, arguments: difficult });
    expect(stdout).toBe(difficult.map((argument) => `<${argument}>\0`).join(''));
  });
});

describe('script', () => {
  it.each(['sh', 'bash'] as const)('may be written in any language for %s', async (shell) => {
    const { stdout } = await test.run('greeting="お早う 🌅" # 挨拶\nprintf "%s\\n" "$greeting 表示ソ ｶﾅ"', { shell });
    expect(stdout).toBe('お早う 🌅 表示ソ ｶﾅ\n');
  });

  it('is in no process list, nor are the manifest’s variables', async () => {
    const { outcome, started, cancel, capture } = test.start('echo ready; : my-secret-text; while :; do sleep 0.02; done', { env: { TOKEN: 'my-secret-value' } });
    await started;
    await eventually(() => capture.text('stdout') === 'ready\n', 'the script to run');
    expect([...processesWith('my-secret-text'), ...processesWith('my-secret-value')]).toEqual([]);
    for (const keeper of processesWith('keeper-entry')) expect(readFileSync(`/proc/${keeper}/environ`, 'utf8')).toMatch(/^KANADE_RUN_ID=[^\0]*\0$/);
    cancel();
    await outcome;
  });

  it('may be as large as a command carries', async () => {
    const script = `${'# padding\n'.repeat(25_000)}echo end`;
    expect((await test.run(script)).stdout).toBe('end\n');
  });
});
