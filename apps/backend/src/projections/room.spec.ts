import { expect, it } from 'vitest';
import { Room } from './room.ts';

it('lets its one writer wait until enough is gone, and go when all ends', async () => {
  const room = new Room(10);
  const stopping = new AbortController();
  const told: string[] = [];
  await room.take(10, stopping.signal);
  const first = room.take(5, stopping.signal).then(() => told.push('first'));
  room.give(4);
  await Promise.resolve();
  expect(told).toEqual([]);
  room.give(1);
  await first;
  const second = room.take(20, stopping.signal).then(() => told.push('second'));
  stopping.abort();
  await second;
  await room.take(100, stopping.signal);
  expect(told).toEqual(['first', 'second']);
});
