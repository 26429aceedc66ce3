import { join } from 'node:path';
import type { Disk } from '@kanade/messages';
import { readNames, readNumber, readText } from './text-files.ts';

/** /sys gives sizes in these, whatever the device's own sectors are. */
const sectorBytes = 512;
const ramDiskMajor = '1';
const opticalDrive = '5';

/** Block devices as lsblk lists them: no RAM disks, no loop devices without a file behind them, no hidden paths. */
export async function readBlockDevices(sysBlock = '/sys/block'): Promise<Disk[]> {
  const devices = await Promise.all((await readNames(sysBlock)).map((name) => readDevice(join(sysBlock, name), name)));
  return devices.flat();
}

async function readDevice(folder: string, name: string): Promise<Disk[]> {
  const [device, hidden, size, backing, removable, model] = await Promise.all([
    readText(join(folder, 'dev')),
    readText(join(folder, 'hidden')),
    readNumber(join(folder, 'size')),
    readText(join(folder, 'loop/backing_file')),
    readText(join(folder, 'removable')),
    readText(join(folder, 'device/model')),
  ]);
  if (device.startsWith(`${ramDiskMajor}:`) || hidden === '1') return [];
  if (name.startsWith('loop') && backing === '' && !size) return [];
  const disk: Disk = {
    name: await nameOf(folder, name),
    kind: await kindOf(folder, name),
    sizeBytes: (size ?? 0) * sectorBytes,
    model: model,
    removable: removable === '1',
  };
  return [disk, ...(await readPartitions(folder, disk.removable))];
}

async function readPartitions(folder: string, removable: boolean): Promise<Disk[]> {
  const names = await readNames(folder);
  const partitions = await Promise.all(
    names.map(async (name) => {
      const number = await readNumber(join(folder, name, 'partition'));
      const size = await readNumber(join(folder, name, 'size'));
      return number === null ? [] : [{ name: readable(name), kind: 'partition', sizeBytes: (size ?? 0) * sectorBytes, model: '', removable } as const];
    }),
  );
  return partitions.flat();
}

async function nameOf(folder: string, name: string): Promise<string> {
  return (await readText(join(folder, 'dm/name'))) || readable(name);
}

/** /sys cannot have a slash in a name and writes `!` for it. */
const readable = (name: string): string => name.replaceAll('!', '/');

async function kindOf(folder: string, name: string): Promise<Disk['kind']> {
  if (name.startsWith('loop')) return 'loop';
  if (name.startsWith('md')) return 'logical';
  if (name.startsWith('dm-')) return /^part\d*-/i.test(await readText(join(folder, 'dm/uuid'))) ? 'partition' : 'logical';
  const scsiType = await readText(join(folder, 'device/type'));
  if (scsiType === opticalDrive) return 'rom';
  // Anything but a direct-access disk among SCSI types is rare; what has no SCSI type (NVMe, virtio) is a disk.
  return scsiType === '' || !/^\d+$/.test(scsiType) || scsiType === '0' || scsiType === '14' ? 'disk' : 'other';
}
