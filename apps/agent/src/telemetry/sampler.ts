import { timeText } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';
import type { Platform } from '../platform/platform.ts';
import type { Counters, Transfer } from './counters.ts';
import type { PerformanceSample } from '@kanade/messages';

export interface Sampler {
  /** Rates and CPU are means since the sample before; of the first one, since boot for CPU and unknown for the rest. */
  sample(): Promise<PerformanceSample>;
}

interface Reading {
  readonly at: number;
  readonly counters: Counters;
}

export function createSampler({ platform, clock }: { readonly platform: Platform; readonly clock: Clock }): Sampler {
  let previous: Reading | undefined;
  return {
    sample: async () => {
      const reading = { at: clock.monotonic(), counters: await platform.counters() };
      const sample = measure(reading, previous);
      previous = reading;
      return { at: timeText(clock.now()), ...sample, agentMemoryBytes: process.memoryUsage.rss() };
    },
  };
}

function measure({ at, counters }: Reading, previous: Reading | undefined): Omit<PerformanceSample, 'at' | 'agentMemoryBytes'> {
  const before = previous?.counters;
  const seconds = previous === undefined ? 0 : (at - previous.at) / 1000;
  const disk = rates(counters.disks, before?.disks, seconds);
  const network = rates(counters.networks, before?.networks, seconds);
  return {
    cpu: share(counters.cpu, before?.cpu ?? { busy: 0, total: 0 }),
    memoryUsedBytes: counters.memory.usedBytes,
    memoryTotalBytes: counters.memory.totalBytes,
    diskReadBytesPerSecond: disk?.inBytes ?? null,
    diskWriteBytesPerSecond: disk?.outBytes ?? null,
    networkReceivedBytesPerSecond: network?.inBytes ?? null,
    networkSentBytesPerSecond: network?.outBytes ?? null,
  };
}

/** Counters go backwards when a core is taken offline; a share never does. */
function share(now: Counters['cpu'], before: Counters['cpu']): number {
  const total = now.total - before.total;
  if (total <= 0) return 0;
  return Math.min(1, Math.max(0, (now.busy - before.busy) / total));
}

function rates(now: Counters['disks'], before: Counters['disks'] | undefined, seconds: number): Transfer | null {
  if (!now || !before || seconds <= 0) return null;
  let inBytes = 0;
  let outBytes = 0;
  for (const [device, count] of now) {
    const earlier = before.get(device);
    if (!earlier) continue;
    inBytes += Math.max(0, count.inBytes - earlier.inBytes);
    outBytes += Math.max(0, count.outBytes - earlier.outBytes);
  }
  return { inBytes: inBytes / seconds, outBytes: outBytes / seconds };
}
