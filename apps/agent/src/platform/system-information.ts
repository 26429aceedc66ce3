import type { Disk, Filesystem, Hardware } from '@kanade/messages';

/** Loaded when asked for: it is large, and on Linux the kernel's own files answer better. */
const library = () => import('systeminformation');

export async function readHardware(): Promise<Hardware> {
  const { system, cpu, mem } = await library();
  const [host, processor, memory] = await Promise.all([system(), cpu(), mem()]);
  return {
    manufacturer: host.manufacturer.slice(0, 300),
    model: host.model.slice(0, 300),
    serialNumber: host.serial.slice(0, 300),
    cpu: {
      model: `${processor.manufacturer} ${processor.brand}`.trim().slice(0, 300),
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
    disks: devices.slice(0, 500).map(({ name, type, size, model, removable }) => ({
      name: name.slice(0, 300),
      kind: kinds[type] ?? 'other',
      sizeBytes: size,
      model: model.slice(0, 300),
      removable,
    })),
    filesystems: mounted.slice(0, 500).map(({ fs, type, mount, size }) => ({ device: fs.slice(0, 300), type, mount: mount.slice(0, 1000), sizeBytes: size })),
  };
}
