import type { PerformanceSample, Shell } from '@kanade/messages';
import { timeText } from '../clock/clock.ts';
import type { Clock } from '../clock/clock.ts';
import type { Host } from '../host.ts';
import { simulatedMachine } from './machines.ts';
import { createSimulatedRunner } from './simulated-runner.ts';

const shellsOf = { windows: ['powershell', 'cmd', 'pwsh'], linux: ['sh', 'bash'], macos: ['sh', 'bash'] } as const satisfies Record<string, readonly Shell[]>;

/** A host that is not there, for an agent that is. All shells are played everywhere, so that one script reaches the whole fleet. */
export function simulatedHost(seed: string, clock: Clock): Host {
  const machine = simulatedMachine(seed);
  const own: readonly Shell[] = shellsOf[machine.os.family];
  const shells: Shell[] = [...new Set<Shell>([...own, 'sh', 'bash'])];
  let load = Math.random();
  const memory = machine.facets.hardware.memoryBytes;
  const sample = (): PerformanceSample => {
    // A walk, not noise: charts of it look like those of a machine.
    load = Math.min(1, Math.max(0.01, load + (Math.random() - 0.5) * 0.2));
    return {
      at: timeText(clock.now()),
      cpu: load,
      memoryUsedBytes: Math.round(memory * (0.3 + load * 0.4)),
      memoryTotalBytes: memory,
      diskReadBytesPerSecond: Math.round(load * 4_000_000),
      diskWriteBytesPerSecond: Math.round(load * 2_000_000),
      networkReceivedBytesPerSecond: Math.round(load * 900_000),
      networkSentBytesPerSecond: Math.round(load * 200_000),
      agentMemoryBytes: 60 * 1024 * 1024,
    };
  };
  return {
    simulated: true,
    hostname: () => machine.hostname,
    os: () => machine.os,
    bootId: () => machine.bootId,
    runner: createSimulatedRunner(machine.hostname, shells, clock),
    inventory: {
      collect: () => Promise.resolve(machine.facets),
      packages: () => Promise.resolve(machine.packages),
      packagesStamp: () => Promise.resolve(machine.bootId),
    },
    sampler: { sample: () => Promise.resolve(sample()) },
  };
}
