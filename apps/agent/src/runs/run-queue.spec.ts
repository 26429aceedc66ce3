import { describe, expect, test } from 'vitest';
import { FakeClock, settle } from '../clock/fake-clock.spec-kit.ts';
import { createDesk, eventsOf, runCommand, signed, storyOf } from '../commands/desk.spec-kit.ts';
import type { Desk } from '../commands/desk.spec-kit.ts';

async function deliverAll(desk: Desk, sequences: readonly number[]): Promise<void> {
  for (const [index, sequence] of sequences.entries()) {
    await desk.deliver(signed(desk.commandKey, sequence, runCommand(desk.clock, `run-${sequence}`)), sequences.length - 1 - index);
  }
  await settle();
}

describe('runs', () => {
  test('start in the order of the queue, whatever order they were delivered in', async () => {
    const desk = createDesk();
    await deliverAll(desk, [3, 1, 5, 2, 4]);
    for (let n = 1; n <= 5; n++) {
      expect(desk.runner.started).toHaveLength(n);
      desk.runner.end(`run-${n}`);
      await settle();
    }
    expect(desk.runner.started).toEqual(['run-1', 'run-2', 'run-3', 'run-4', 'run-5']);
  });

  test('that hang hold the others up no longer than a head start, and only fill their own place', async () => {
    const desk = createDesk({ concurrency: 2 });
    await deliverAll(desk, [1, 2, 3]);
    expect(desk.runner.started).toEqual(['run-1']);
    await desk.clock.advance(1_000);
    expect(desk.runner.started).toEqual(['run-1', 'run-2']);
    await desk.clock.advance(60_000);
    expect(desk.runner.started).toEqual(['run-1', 'run-2']);
    desk.runner.end('run-2');
    await settle();
    expect(desk.runner.started).toEqual(['run-1', 'run-2', 'run-3']);
  });

  test('that never get as far as a process hold the others up only for a while', async () => {
    const desk = createDesk({ concurrency: 2 });
    desk.runner.stuck.add('run-1');
    await deliverAll(desk, [1, 2]);
    await desk.clock.advance(9_000);
    expect(desk.runner.started).toEqual(['run-1']);
    await desk.clock.advance(1_000);
    expect(desk.runner.started).toEqual(['run-1', 'run-2']);
  });

  test('wait while the queue is still being read, and start all the same when the broker goes away meanwhile', async () => {
    const desk = createDesk();
    await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')), 7);
    await desk.clock.advance(9_000);
    expect(desk.runner.started).toEqual([]);
    await desk.clock.advance(1_000);
    expect(desk.runner.started).toEqual(['a']);
  });

  test('whose time is over when their turn comes do not start', async () => {
    const desk = createDesk({ concurrency: 1 });
    await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
    const expiresAt = new Date(desk.clock.now() + 60_000).toISOString();
    await desk.deliver(signed(desk.commandKey, 2, runCommand(desk.clock, 'b', { expiresAt })));
    await desk.clock.advance(61_000);
    desk.runner.end('a');
    await settle();
    expect(storyOf(desk)).toEqual(['accepted a', 'started a', 'accepted b', 'succeeded a', 'refused b']);
    expect(eventsOf(desk).at(-1)).toMatchObject({ data: { reason: { code: 'expired' }, output: null } });
  });

  test('under way are interrupted when the agent stops', async () => {
    const desk = createDesk();
    await deliverAll(desk, [1]);
    await desk.queue.stop(4_000);
    expect(storyOf(desk)).toEqual(['accepted run-1', 'started run-1', 'interrupted run-1']);
  });
});

describe('after a crash', () => {
  test('a run that had begun is interrupted, with the output that reached the disk; one that had not still starts', async () => {
    const clock = new FakeClock();
    const desk = createDesk({ clock, concurrency: 1 });
    await deliverAll(desk, [1, 2]);
    await desk.runner.sinks.get('run-1')?.write('stdout', Buffer.from('half a li'));
    await clock.advance(2_000);
    clock.forgetAll();
    desk.store.close();

    const next = createDesk({ clock, file: desk.file, key: desk.commandKey });
    await next.executor.reportInterrupted();
    next.queue.release();
    await settle();
    expect(next.runner.started).toEqual(['run-2']);
    const interrupted = eventsOf(next).find((event) => event.type === 'kanade.run.finished.v1');
    expect(interrupted).toMatchObject({ data: { runId: 'run-1', state: 'interrupted', output: { stdout: { bytes: 9, chunks: 1 }, stderr: { bytes: 0, chunks: 0 } } } });
    expect(next.output.pending(10).map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['half a li']);
  });

  test('its commands are not run again when they are delivered again', async () => {
    const clock = new FakeClock();
    const desk = createDesk({ clock });
    await deliverAll(desk, [1]);
    clock.forgetAll();
    desk.store.close();
    const next = createDesk({ clock, file: desk.file, key: desk.commandKey });
    await next.executor.reportInterrupted();
    await deliverAll(next, [1]);
    expect(next.runner.started).toEqual([]);
  });

  test('a run that somebody else wrote into the ledger is not executed', async () => {
    const clock = new FakeClock();
    const desk = createDesk({ clock, concurrency: 1 });
    await deliverAll(desk, [1, 2]);
    const planted = Buffer.from(JSON.stringify(runCommand(clock, 'run-2', { content: { script: 'evil', env: {}, arguments: [] } })));
    desk.store.run("UPDATE runs SET command = ? WHERE runId = 'run-2'", planted);
    desk.runner.end('run-1');
    await settle();
    expect(desk.runner.started).toEqual(['run-1']);
    desk.store.run("UPDATE runs SET state = 'accepted' WHERE runId = 'run-1'");
    desk.queue.release();
    await settle();
    expect(desk.runner.started).toEqual(['run-1']);
  });
});
