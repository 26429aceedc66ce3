import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTestRunner, eventually, processesWith, scriptRun } from './test-runner.spec-kit.ts';
import type { TestRunner } from './test-runner.spec-kit.ts';

let test: TestRunner;
beforeAll(() => (test = createTestRunner()));
afterAll(() => test.remove());

const mebibyte = 1024 * 1024;

it('keeps standard output and standard error apart', async () => {
  const { stdout, stderr } = await test.run('echo out; echo err >&2; printf "no newline"');
  expect(stdout).toBe('out\nno newline');
  expect(stderr).toBe('err\n');
});

it.each(['/dev/stderr', '/dev/fd/2', '/proc/self/fd/2'])('lets a script open %s', async (device) => {
  const { outcome, stderr } = await test.run(`echo said > ${device}`, { shell: 'bash' });
  expect(outcome.state).toBe('succeeded');
  expect(stderr).toBe('said\n');
});

it('delivers ten megabytes on each stream byte for byte', async () => {
  const script = 'head -c 10485760 /dev/urandom | tee "$1"; head -c 10485760 /dev/urandom | tee "$2" >&2';
  const files = [`${test.dataDir}/out`, `${test.dataDir}/err`] as const;
  const { outcome, capture } = test.start(script, { arguments: files });
  expect((await outcome).state).toBe('succeeded');
  const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
  expect(capture.bytes('stdout').length).toBe(10 * mebibyte);
  expect(digest(capture.bytes('stdout'))).toBe(digest(readFileSync(files[0])));
  expect(digest(capture.bytes('stderr'))).toBe(digest(readFileSync(files[1])));
});

it('passes bytes that are no text through unchanged', async () => {
  const { capture, outcome } = test.start(String.raw`printf '\000\377\200\r\n\033[1m'`);
  await outcome;
  expect([...capture.bytes('stdout')]).toEqual([0, 255, 128, 13, 10, 27, 91, 49, 109]);
});

it('holds a script back while its output cannot be stored', async () => {
  const storage = Promise.withResolvers<undefined>();
  const size = 10 * mebibyte + process.pid;
  let taken = 0;
  let calls = 0;
  const { outcome } = test.runner.start(scriptRun(`exec head -c ${size} /dev/zero`), {
    write: async (_, bytes) => {
      calls += 1;
      await storage.promise;
      taken += bytes.length;
    },
  });
  const head = await eventually(() => processesWith(`head\0-c\0${size}`)[0], 'the script');
  const held = await eventually(stillness(() => calls > 0 && printedBy(head)), 'the script to be held back');
  expect(calls).toBe(1);
  expect(held).toBeLessThan(mebibyte);
  storage.resolve(undefined);
  expect((await outcome).exitCode).toBe(0);
  expect(taken).toBe(size);
});

it('takes a gigabyte without growing', { timeout: 120_000 }, async () => {
  let taken = 0;
  let largest = 0;
  const before = process.memoryUsage.rss();
  const { outcome } = test.runner.start(scriptRun(`head -c ${1024 * mebibyte} /dev/zero`), {
    write: (_, bytes) => {
      taken += bytes.length;
      if (taken % (16 * mebibyte) < bytes.length) largest = Math.max(largest, process.memoryUsage.rss());
    },
  });
  expect((await outcome).state).toBe('succeeded');
  expect(taken).toBe(1024 * mebibyte);
  expect(largest - before).toBeLessThan(150 * mebibyte);
});

it('stops a script whose output cannot be kept, and says so', async () => {
  const { outcome } = test.runner.start(scriptRun('while :; do echo more; done'), { write: () => Promise.reject(new Error('the disk is full')) });
  expect(await outcome).toMatchObject({ state: 'failed', reason: { code: 'output-not-kept' } });
});

/** Bytes a process has written in its life. */
function printedBy(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

/** A look that answers once its value has been the same for twenty looks. */
function stillness(look: () => number | false): () => number | false {
  const last = Array.from<number | false>({ length: 20 });
  return () => {
    last.shift();
    last.push(look());
    return last.every((value) => value !== false && value === last[0]) && (last[0] ?? false);
  };
}
