import { describe, expect, it } from 'vitest';
import { createLog } from '../log.ts';
import { WorkLoop } from './work-loop.ts';

const log = createLog('fatal');
const never = 2 ** 30;

/** A loop whose passes are counted, and a way to wait for a number of them. */
function counted(work: (pass: number) => Promise<void> = () => Promise.resolve()) {
  let passes = 0;
  const waiting: { pass: number; resolve: () => void }[] = [];
  const loop = new WorkLoop({
    name: 'test',
    periodMs: never,
    log,
    work: async () => {
      passes += 1;
      for (const { pass, resolve } of waiting) if (pass === passes) resolve();
      await work(passes);
    },
  });
  return { loop, passes: () => passes, reached: (pass: number) => new Promise<void>((resolve) => waiting.push({ pass, resolve })) };
}

describe('a work loop', () => {
  it('works once at the start, and again whenever it is woken, also in the middle of a pass', async () => {
    const stop = new AbortController();
    const { loop, reached, passes } = counted(async (pass) => {
      if (pass === 2) loop.wake();
      await Promise.resolve();
    });
    const first = reached(1);
    const third = reached(3);
    const done = loop.run(stop.signal);
    await first;
    loop.wake();
    await third;
    stop.abort();
    await done;
    expect(passes()).toBe(3);
  });

  it('tries again by itself after a pass that failed', async () => {
    const stop = new AbortController();
    const { loop, reached } = counted((pass) => (pass === 1 ? Promise.reject(new Error('away')) : Promise.resolve()));
    const first = reached(1);
    const second = reached(2);
    const done = loop.run(stop.signal);
    await first;
    await second;
    stop.abort();
    await done;
  });
});
