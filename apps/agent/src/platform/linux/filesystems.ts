import { statfs } from 'node:fs/promises';
import type { Filesystem } from '@kanade/messages';
import { readText, unescapeOctal } from './text-files.ts';

/** On disks of this machine though the kernel calls them device-less. */
const local = ['btrfs', 'zfs', 'bcachefs'];

interface Mount {
  readonly device: string;
  readonly mount: string;
  readonly type: string;
}

/** Mounted file systems that lie on this machine's own disks; asking a network file system could hang for ever. */
export async function readFilesystems(): Promise<Filesystem[]> {
  const [mounts, types] = await Promise.all([readText('/proc/self/mounts'), readText('/proc/filesystems')]);
  const sized = await Promise.all(localMounts(mounts, types).map(withSize));
  return sized.flat();
}

/** One entry for each device: bind mounts show the same file system again. */
export function localMounts(mounts: string, types: string): Mount[] {
  const onDisk = new Set([...local, ...types.split('\n').filter((line) => !line.startsWith('nodev')).map((line) => line.trim())]);
  const byDevice = new Map<string, Mount>();
  for (const line of mounts.split('\n')) {
    const [device = '', mount = '', type = ''] = line.split(' ').map(unescapeOctal);
    if (!onDisk.has(type) || type === 'squashfs') continue;
    const known = byDevice.get(device);
    if (!known || mount.length < known.mount.length) byDevice.set(device, { device, mount, type });
  }
  return [...byDevice.values()].sort((a, b) => (a.mount < b.mount ? -1 : 1));
}

async function withSize({ device, mount, type }: Mount): Promise<Filesystem[]> {
  try {
    const { blocks, bsize } = await statfs(mount);
    return [{ device: device, type, mount: mount, sizeBytes: blocks * bsize }];
  } catch {
    // Unmounted meanwhile, or closed to us.
    return [];
  }
}
