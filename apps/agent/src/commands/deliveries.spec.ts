import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeClock, settle } from '../clock/fake-clock.spec-kit.ts';
import { cancelCommand, createDesk, runCommand, signed, storyOf } from './desk.spec-kit.ts';
import type { Delivered, Desk } from './desk.spec-kit.ts';

const runs = 4;

/** The queue as it was published: a run and, for some, its cancel behind it. */
function published(desk: Desk, cancelled: readonly boolean[], keyed: readonly boolean[]): Delivered[] {
  const commands: Delivered[] = [];
  for (let n = 0; n < runs; n++) {
    const supersedeKey = keyed[n] === true ? 'job' : null;
    commands.push(signed(desk.commandKey, commands.length + 1, runCommand(desk.clock, `run-${n}`, { supersedeKey })));
    if (cancelled[n] === true) commands.push(signed(desk.commandKey, commands.length + 1, cancelCommand(desk.clock, `run-${n}`)));
  }
  return commands;
}

const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('deliver' as const), index: fc.nat(runs * 2), behind: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), run: fc.nat(runs - 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('drained' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const) }) },
);

test('however deliveries repeat, reorder and are cut by crashes, no run runs twice and every accepted one ends once', async () => {
  const flags = fc.array(fc.boolean(), { minLength: runs, maxLength: runs });
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), flags, flags, async (actions, cancelled, keyed) => {
      const clock = new FakeClock();
      let desk = createDesk({ clock, concurrency: 2 });
      const queue = published(desk, cancelled, keyed);
      const begun: string[] = [];
      const crash = async () => {
        begun.push(...desk.runner.started);
        clock.forgetAll();
        desk.store.close();
        desk = createDesk({ clock, file: desk.file, key: desk.commandKey, concurrency: 2 });
        await desk.executor.reportInterrupted();
      };
      for (const step of actions) {
        const message = step.kind === 'deliver' ? queue[step.index % queue.length] : undefined;
        if (message) await desk.deliver(message, step.kind === 'deliver' && step.behind ? 1 : 0);
        if (step.kind === 'end') desk.runner.end(`run-${step.run}`);
        if (step.kind === 'drained') desk.queue.release();
        if (step.kind === 'wait') await clock.advance(1_500);
        if (step.kind === 'crash') await crash();
        await settle();
      }
      // In the end everything is delivered once more and every script comes to its end.
      for (const message of queue) await desk.deliver(message);
      desk.queue.release();
      for (let turn = 0; turn < runs * 2; turn++) {
        await clock.advance(1_500);
        for (let n = 0; n < runs; n++) desk.runner.end(`run-${n}`);
        await settle();
      }
      begun.push(...desk.runner.started);
      const story = storyOf(desk);
      desk.store.close();
      expect(new Set(begun).size).toBe(begun.length);
      for (let n = 0; n < runs; n++) {
        const ends = story.filter((line) => line.endsWith(` run-${n}`) && !line.startsWith('accepted') && !line.startsWith('started'));
        expect(ends).toHaveLength(1);
      }
    }),
    { numRuns: 40 },
  );
}, 60_000);
