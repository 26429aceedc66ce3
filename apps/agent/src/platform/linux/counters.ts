import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Counters, Transfer } from '../../telemetry/counters.ts';
import { readText } from './text-files.ts';

/** /proc/diskstats counts in these, whatever the device's own sectors are. */
const sectorBytes = 512;

export async function readCounters(): Promise<Counters> {
  const [stat, meminfo, diskstats, netdev] = await Promise.all(['stat', 'meminfo', 'diskstats', 'net/dev'].map((name) => readText(join('/proc', name))));
  const { totalBytes, availableBytes } = memoryOf(meminfo ?? '');
  return {
    cpu: cpuOf(stat ?? ''),
    memory: { usedBytes: totalBytes - availableBytes, totalBytes },
    disks: await ofHardware(disksOf(diskstats ?? ''), '/sys/block'),
    networks: await ofHardware(networksOf(netdev ?? ''), '/sys/class/net'),
  };
}

/** Ticks of all processors together; waiting for a disk is idling, and a guest's time is in its host's already. */
export function cpuOf(stat: string): Counters['cpu'] {
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] = /^cpu\s+(.*)$/m.exec(stat)?.[1]?.split(/\s+/).map(Number) ?? [];
  const busy = user + nice + system + irq + softIrq + steal;
  return { busy, total: busy + idle + ioWait };
}

/** MemTotal is what `free` shows as total; MemAvailable is the kernel's own estimate of what can still be had. */
export function memoryOf(meminfo: string): { totalBytes: number; availableBytes: number } {
  const bytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(meminfo)?.[1] ?? 0) * 1024;
  return { totalBytes: bytes('MemTotal'), availableBytes: bytes('MemAvailable') || bytes('MemFree') };
}

export function disksOf(diskstats: string): Map<string, Transfer> {
  return new Map(
    diskstats.split('\n').flatMap((line) => {
      const [, , name, , , sectorsRead, , , , sectorsWritten] = line.trim().split(/\s+/);
      if (name === undefined || sectorsWritten === undefined) return [];
      return [[name, { inBytes: Number(sectorsRead) * sectorBytes, outBytes: Number(sectorsWritten) * sectorBytes }]];
    }),
  );
}

export function networksOf(netdev: string): Map<string, Transfer> {
  return new Map(
    netdev.split('\n').flatMap((line) => {
      const match = /^\s*([^:\s]+):\s*(.*)$/.exec(line);
      const counts = match?.[2]?.trim().split(/\s+/).map(Number);
      if (match?.[1] === undefined || match[1] === 'lo' || counts?.[8] === undefined) return [];
      return [[match[1], { inBytes: counts[0] ?? 0, outBytes: counts[8] }]];
    }),
  );
}

/**
 * Only what is hardware of its own: the same bytes pass a logical volume and its disk, a bridge and its card.
 * A machine that has none at all (a container) is counted by what it has.
 */
async function ofHardware(counts: Map<string, Transfer>, folder: string): Promise<Map<string, Transfer>> {
  const entries = await Promise.all([...counts].map(async (entry) => ((await exists(join(folder, entry[0], 'device'))) ? [entry] : [])));
  const hardware = new Map(entries.flat());
  return hardware.size > 0 || folder === '/sys/block' ? hardware : counts;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
