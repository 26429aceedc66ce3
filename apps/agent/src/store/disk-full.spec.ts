import { describe, expect, test } from 'vitest';
import { settle } from '../clock/fake-clock.spec-kit.ts';
import { createDesk, eventsOf, runCommand, signed, storyOf } from '../commands/desk.spec-kit.ts';
import type { Desk } from '../commands/desk.spec-kit.ts';
import { BackendTime } from '../connection/backend-time.ts';
import { silentLog } from '../log.ts';
import type { Fact } from '../outbox/facts.ts';
import { runAccepted } from '../runs/run-facts.ts';
import { durably } from './durably.ts';
import { isDiskFull } from './store.ts';
import { integer } from './rows.ts';

/** From here on the database cannot grow: what a full disk looks like from inside, without filling one. */
function fill(desk: Desk): void {
  const pages = integer(desk.store.get('PRAGMA page_count') ?? {}, 'page_count');
  desk.store.get(`PRAGMA max_page_count = ${pages}`);
}

const filler: Fact = { type: 'kanade.command.refused.v1', data: { commandSequence: 9, reason: { code: 'filler', message: 'x' } } };

/** Whether not even a small fact can be written. */
function isFull(desk: Desk): boolean {
  try {
    desk.events.append(filler);
    return false;
  } catch (error) {
    if (isDiskFull(error)) return true;
    throw error;
  }
}

const empty = (desk: Desk) => void desk.store.get('PRAGMA max_page_count = 1000000');

const bulky = (desk: Desk, runId: string) => runCommand(desk.clock, runId, { content: { script: '#'.repeat(200_000), env: {}, arguments: [] } });

describe('a disk that is full after all', () => {
  test('leaves a command in the queue, to be taken when there is room', async () => {
    const desk = createDesk();
    const command = signed(desk.commandKey, 1, bulky(desk, 'a'));
    fill(desk);
    await expect(desk.deliver(command)).rejects.toThrow(/full/);
    expect(desk.acked).toEqual([]);
    empty(desk);
    await desk.deliver(command);
    await settle();
    expect(desk.acked).toEqual([1]);
    expect(storyOf(desk)).toEqual(['accepted a', 'started a']);
  });

  test('costs a run its output, but not its end', async () => {
    const desk = createDesk();
    await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
    await settle();
    fill(desk);
    await desk.runner.sinks.get('a')?.write('stdout', Buffer.alloc(300_000, 'x'));
    desk.runner.end('a');
    await desk.clock.advance(10_000);
    empty(desk);
    await desk.clock.advance(10_000);
    expect(storyOf(desk)).toEqual(['accepted a', 'started a', 'succeeded a']);
    const finished = eventsOf(desk).at(-1);
    expect(finished).toMatchObject({ data: { reason: { code: 'output-truncated' }, output: { stdout: { bytes: 0, chunks: 0 } } } });
  });
});

describe('an agent that finds the disk full', () => {
  test('leaves a run whose time is over waiting, and ends it when there is room', async () => {
    const desk = createDesk();
    const expiresAt = new Date(desk.clock.now() + 1_000).toISOString();
    await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a', { expiresAt })), 1);
    await desk.clock.advance(2_000);
    fill(desk);
    while (!isFull(desk));
    expect(() => desk.queue.release()).not.toThrow();
    await desk.clock.advance(10_000);
    empty(desk);
    await desk.clock.advance(10_000);
    expect(storyOf(desk).filter((line) => line.endsWith(' a'))).toEqual(['accepted a', 'refused a']);
  });

  test('waits for room to tell a fact, and waits no longer once it is stopped', async () => {
    const desk = createDesk();
    fill(desk);
    while (!isFull(desk));
    const around = { store: desk.store, clock: desk.clock, log: silentLog };
    const told = durably(around, () => desk.events.append(runAccepted({ runId: 'a', executionId: 'execution-a', commandSequence: 1 })));
    await desk.clock.advance(10_000);
    empty(desk);
    await desk.clock.advance(10_000);
    await told;
    expect(storyOf(desk).at(-1)).toBe('accepted a');
    fill(desk);
    while (!isFull(desk));
    const stopped = durably(around, () => desk.events.append(filler));
    desk.store.close();
    await desk.clock.advance(10_000);
    await stopped;
  });

  test('takes the backend’s time all the same', () => {
    const desk = createDesk();
    const time = new BackendTime(desk.clock, desk.store);
    fill(desk);
    while (!isFull(desk));
    time.set(desk.clock.now() + 60_000, desk.clock.monotonic());
    expect([time.known, time.now() - desk.clock.now()]).toEqual([true, 60_000]);
  });

  test('waits for room to report what a dead agent left', async () => {
    const desk = createDesk();
    await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
    await settle();
    await desk.runner.sinks.get('a')?.write('stdout', Buffer.alloc(100, 'x'));
    await desk.clock.advance(2_000);
    desk.clock.forgetAll();
    desk.store.close();
    const next = createDesk({ clock: desk.clock, file: desk.file, key: desk.commandKey });
    fill(next);
    while (!isFull(next));
    const reported = next.executor.reportInterrupted();
    await next.clock.advance(10_000);
    empty(next);
    await next.clock.advance(10_000);
    await reported;
    expect(storyOf(next).filter((line) => line.endsWith(' a'))).toEqual(['accepted a', 'started a', 'interrupted a']);
  });
});

test('a disk that is almost full keeps what was printed so far, and the room for facts', async () => {
  const desk = createDesk();
  await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
  await settle();
  const sink = desk.runner.sinks.get('a');
  await sink?.write('stdout', Buffer.alloc(128 * 1024, 'x'));
  desk.space.free = 10;
  await sink?.write('stdout', Buffer.alloc(128 * 1024, 'y'));
  await sink?.write('stdout', Buffer.alloc(128 * 1024, 'z'));
  desk.runner.end('a');
  await settle();
  expect(eventsOf(desk).at(-1)).toMatchObject({ data: { state: 'succeeded', reason: { code: 'output-truncated' }, output: { stdout: { bytes: 256 * 1024, chunks: 2 } } } });
});

test('output beyond what is kept of one run is left out, and said to be', async () => {
  const desk = createDesk();
  await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
  await settle();
  await desk.runner.sinks.get('a')?.write('stdout', Buffer.alloc(3 * 1024 * 1024, 'x'));
  desk.runner.end('a', { state: 'failed', exitCode: 1 });
  await settle();
  expect(eventsOf(desk).at(-1)).toMatchObject({ data: { state: 'failed', reason: { code: 'output-truncated' }, output: { stdout: { bytes: 1024 * 1024, chunks: 8 } } } });
});
