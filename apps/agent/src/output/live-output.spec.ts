import { headers } from '@kanade/contracts';
import { expect, test } from 'vitest';
import { FakeClock } from '../clock/fake-clock.spec-kit.ts';
import { LiveOutput } from './live-output.ts';

function setUp() {
  const clock = new FakeClock();
  const sent: { offset: number; size: number }[] = [];
  const live = new LiveOutput(clock, (_run, _stream, given, body) => void sent.push({ offset: Number(given[headers.offset]), size: body.length }), 'run', 'stdout');
  return { clock, sent, live };
}

test('the first line is shown at once, what follows together', async () => {
  const { clock, sent, live } = setUp();
  live.write(0, Buffer.alloc(10));
  live.write(10, Buffer.alloc(5));
  live.write(15, Buffer.alloc(5));
  expect(sent).toEqual([{ offset: 0, size: 10 }]);
  await clock.advance(50);
  expect(sent).toEqual([{ offset: 0, size: 10 }, { offset: 10, size: 10 }]);
});

test('a flood is thinned to 20 messages a second of at most 64 KiB, whose offsets show the gaps', async () => {
  const { clock, sent, live } = setUp();
  let offset = 0;
  for (let step = 0; step < 1000; step++) {
    live.write(offset, Buffer.alloc(100_000));
    offset += 100_000;
    await clock.advance(1);
  }
  expect(sent.length).toBeLessThanOrEqual(21);
  expect(sent.every(({ size }) => size <= 64 * 1024)).toBe(true);
  expect(sent.every(({ offset: at }) => at % 100_000 === 0)).toBe(true);
});
