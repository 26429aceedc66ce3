import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Hardware } from '@kanade/messages';
import { readNames, readText } from './text-files.ts';

/** Counted as lscpu counts: packages and cores by the sets of processors that share them. */
export async function readProcessors(sysCpu = '/sys/devices/system/cpu', cpuInfo = '/proc/cpuinfo'): Promise<Hardware['cpu']> {
  const folders = (await readNames(sysCpu)).filter((name) => /^cpu[0-9]+$/.test(name)).map((name) => join(sysCpu, name, 'topology'));
  const shared = async (newName: string, oldName: string) => {
    const sets = await Promise.all(folders.map(async (folder) => (await readText(join(folder, newName))) || readText(join(folder, oldName))));
    return new Set(sets.filter((set) => set !== '')).size;
  };
  const info = await readText(cpuInfo);
  const logicalCores = countList(await readText(join(sysCpu, 'present'))) || availableParallelism();
  const physicalCores = (await shared('core_cpus', 'thread_siblings')) || logicalCores;
  const sockets = (await shared('package_cpus', 'core_siblings')) || 1;
  return { model: modelOf(info), physicalCores, logicalCores, sockets };
}

/** How many numbers a list such as `0-3,8,10-11` holds. */
export function countList(text: string): number {
  return text
    .split(',')
    .filter((part) => part !== '')
    .reduce((sum, part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return sum + last - first + 1;
    }, 0);
}

/** What /proc/cpuinfo calls the processor; ARM names no model, only numbers of implementer and part. */
export function modelOf(info: string): string {
  const field = (name: string) => new RegExp(`^${name}\\s*:\\s*(.+)$`, 'm').exec(info)?.[1]?.trim();
  const named = field('model name') ?? field('cpu model') ?? field('Hardware') ?? field('Processor');
  if (named !== undefined) return named;
  const implementer = field('CPU implementer');
  return implementer === undefined ? '' : `ARM ${implementer} ${field('CPU part') ?? ''}`.trim();
}
