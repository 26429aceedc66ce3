import type { Disk, Filesystem, Hardware } from '@kanade/messages';

/** Loaded when asked for: it is large, and on Linux the kernel's own files answer better. */
const library = () => import('systeminformation');

export async function readHardware(): Promise<Hardware> {
  const { system, cpu, mem } = await library();
  const [host, processor, memory] = await Promise.all([system(), cpu(), mem()]);
  return {
    manufacturer: host.manufacturer,
    model: host.model,
    serialNumber: host.serial,
    cpu: {
      model: `${processor.manufacturer} ${processor.brand}`.trim(),
      physicalCores: processor.physicalCores,
      logicalCores: processor.cores,
      sockets: processor.processors,
    },
    memoryBytes: memory.total,
    virtual: host.virtual,
  };
}

const kinds: Readonly<Record<string, Disk['kind']>> = { disk: 'disk', part: 'partition', rom: 'rom', loop: 'loop' };

export async function readDisks(): Promise<{ disks: Disk[]; filesystems: Filesystem[] }> {
  const { blockDevices, fsSize } = await library();
  const [devices, mounted] = await Promise.all([blockDevices(), fsSize()]);
  return {
    disks: devices.map(({ name, type, size, model, removable }) => ({
      name: name,
      kind: kinds[type] ?? 'other',
      sizeBytes: size,
      model: model,
      removable,
    })),
    filesystems: mounted.map(({ fs, type, mount, size }) => ({ device: fs, type, mount: mount, sizeBytes: size })),
  };
}
