import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeClock } from '../clock/fake-clock.spec-kit.ts';
import { silentLog } from '../log.ts';
import { OutputOutbox } from '../outbox/output-outbox.ts';
import { openStore } from '../store/store.ts';
import { RunRecorder } from './run-recorder.ts';
import { summarise } from './stream-recorder.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kanade-recorder-'))));
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function setUp() {
  const clock = new FakeClock();
  const outbox = new OutputOutbox(openStore(join(folder, 'agent.sqlite')), clock);
  const recorder = new RunRecorder({
    runId: 'r1', outbox, publishLive: () => undefined, clock, log: silentLog, mostBytesPerStream: 1024 * 1024, hasRoom: () => Promise.resolve(true),
  });
  const sent = () => outbox.pending(100).map((chunk) => Buffer.from(chunk.bytes).toString());
  return { clock, outbox, recorder, sent };
}

test('the beginning of a slow run is stored while it goes on, for whoever looks late', async () => {
  const { clock, recorder, sent } = setUp();
  void recorder.write('stdout', Buffer.from('first\n'));
  expect(sent()).toEqual([]);
  await clock.advance(2000);
  expect(sent()).toEqual(['first\n']);
});

test('a run that prints a line a second for an hour makes few chunks, and its sum is that of its bytes', async () => {
  const { clock, outbox, recorder, sent } = setUp();
  for (let second = 0; second < 3600; second++) {
    void recorder.write('stdout', Buffer.from(`line ${second}\n`));
    await clock.advance(1000);
  }
  const { stdout } = recorder.finish();
  expect(stdout.chunks).toBeLessThan(100);
  expect(sent().length).toBe(Math.min(100, stdout.chunks));
  expect(summarise(outbox, 'r1', 'stdout')).toEqual(stdout);
});
