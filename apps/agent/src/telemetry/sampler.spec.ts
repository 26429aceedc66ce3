import { performanceSampleSchema } from '@kanade/contracts';
import { expect, it } from 'vitest';
import { FakeClock } from '../clock/fake-clock.spec-kit.ts';
import { createPlatform } from '../platform/create-platform.ts';
import type { Platform } from '../platform/platform.ts';
import type { Counters } from './counters.ts';
import { createSampler } from './sampler.ts';

const base: Counters = { cpu: { busy: 100, total: 400 }, memory: { usedBytes: 3, totalBytes: 8 }, disks: new Map(), networks: null };

function sampling(...readings: readonly Partial<Counters>[]) {
  const clock = new FakeClock();
  const left = [...readings];
  const platform: Platform = { ...createPlatform(), counters: () => Promise.resolve({ ...base, ...left.shift() }) };
  const sampler = createSampler({ platform, clock });
  return async () => {
    const sample = await sampler.sample();
    await clock.advance(10_000);
    return performanceSampleSchema.parse(sample);
  };
}

it('gives the mean since boot and no rates at first', async () => {
  const sample = sampling({});
  expect(await sample()).toMatchObject({ cpu: 0.25, memoryUsedBytes: 3, memoryTotalBytes: 8, diskReadBytesPerSecond: null, networkSentBytesPerSecond: null });
});

it('gives means since the sample before', async () => {
  const sample = sampling(
    { disks: new Map([['vda', { inBytes: 1000, outBytes: 0 }]]), networks: new Map([['eth0', { inBytes: 50, outBytes: 70 }]]) },
    { cpu: { busy: 190, total: 500 }, disks: new Map([['vda', { inBytes: 3000, outBytes: 400 }]]), networks: new Map([['eth0', { inBytes: 150, outBytes: 70 }]]) },
  );
  await sample();
  expect(await sample()).toMatchObject({
    cpu: 0.9,
    diskReadBytesPerSecond: 200,
    diskWriteBytesPerSecond: 40,
    networkReceivedBytesPerSecond: 10,
    networkSentBytesPerSecond: 0,
  });
});

it('takes a device that comes, goes or starts to count anew for no traffic', async () => {
  const sample = sampling(
    { disks: new Map([['gone', { inBytes: 5000, outBytes: 0 }], ['reset', { inBytes: 5000, outBytes: 0 }]]) },
    { disks: new Map([['reset', { inBytes: 10, outBytes: 0 }], ['new', { inBytes: 9_000_000, outBytes: 0 }]]) },
  );
  await sample();
  expect(await sample()).toMatchObject({ diskReadBytesPerSecond: 0, diskWriteBytesPerSecond: 0 });
});

it('stays within bounds when processor counters go backwards', async () => {
  const sample = sampling({}, { cpu: { busy: 90, total: 390 } }, { cpu: { busy: 200, total: 400 } });
  await sample();
  expect((await sample()).cpu).toBe(0);
  expect((await sample()).cpu).toBe(1);
});

it('samples the machine it runs on', async () => {
  const sampler = createSampler({ platform: createPlatform(), clock: new FakeClock() });
  const sample = performanceSampleSchema.parse(await sampler.sample());
  expect(sample.memoryUsedBytes).toBeGreaterThan(0);
  expect(sample.memoryUsedBytes).toBeLessThan(sample.memoryTotalBytes);
  expect(sample.agentMemoryBytes).toBeGreaterThan(10_000_000);
});
