import { expect, test } from 'vitest';
import { createDesk } from '../commands/desk.spec-kit.ts';
import { BackendTime } from './backend-time.ts';

test('the backend’s time is kept across restarts, and a clock that jumps is noticed once', async () => {
  const { clock, store } = createDesk();
  const time = new BackendTime(clock, store);
  const askedAt = clock.monotonic();
  await clock.advance(100);
  time.set(clock.now() + 60_000, askedAt);
  expect(time.now() - clock.now()).toBe(60_050);
  expect(new BackendTime(clock, store).now() - clock.now()).toBe(60_050);
  await clock.advance(3_600_000);
  expect(time.jumped()).toBe(false);
  clock.jump(-3_600_000);
  expect([time.jumped(), time.jumped()]).toEqual([true, false]);
});

test('the backend’s time is known from when it told it until somebody sets the clock', async () => {
  const { clock, store } = createDesk();
  new BackendTime(clock, store).set(clock.now(), clock.monotonic());
  const time = new BackendTime(clock, store);
  const known = [time.known];
  time.set(clock.now(), clock.monotonic());
  await clock.advance(86_400_000);
  known.push(time.known);
  clock.jump(3_600_000);
  known.push(time.known, time.jumped(), time.known);
  expect(known).toEqual([false, true, false, true, false]);
});
