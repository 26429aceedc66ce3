import { createHash } from 'node:crypto';
import type { InstalledPackage, OperatingSystem } from '@kanade/messages';
import type { InventoryFacets } from '../inventory/facets.ts';

const gibibyte = 1024 ** 3;

interface Model {
  readonly manufacturer: string;
  readonly model: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memory: number;
}

const models: readonly Model[] = [
  { manufacturer: 'Dell Inc.', model: 'Latitude 5450', cpu: 'Intel(R) Core(TM) Ultra 5 135U', cores: 12, memory: 16 },
  { manufacturer: 'LENOVO', model: 'ThinkPad T14 Gen 5', cpu: 'AMD Ryzen 7 PRO 8840U', cores: 8, memory: 32 },
  { manufacturer: 'HP', model: 'EliteDesk 800 G9', cpu: '12th Gen Intel(R) Core(TM) i5-12500', cores: 6, memory: 16 },
  { manufacturer: 'FUJITSU', model: 'LIFEBOOK U7413', cpu: '13th Gen Intel(R) Core(TM) i5-1335U', cores: 10, memory: 8 },
  { manufacturer: 'Supermicro', model: 'SYS-510P', cpu: 'Intel(R) Xeon(R) Silver 4310', cores: 12, memory: 64 },
];

const systems: readonly OperatingSystem[] = [
  { family: 'windows', name: 'Windows 11 Pro', version: '10.0.26100', architecture: 'x64' },
  { family: 'windows', name: 'Windows 11 Enterprise', version: '10.0.22631', architecture: 'x64' },
  { family: 'windows', name: 'Windows Server 2022', version: '10.0.20348', architecture: 'x64' },
  { family: 'linux', name: 'Debian GNU/Linux', version: '12', architecture: 'x64' },
  { family: 'linux', name: 'Ubuntu', version: '24.04', architecture: 'x64' },
  { family: 'macos', name: 'macOS', version: '15.3', architecture: 'arm64' },
];

const places = ['tokyo', 'osaka', 'nagoya', 'fukuoka', 'sapporo', 'kyoto'];
const uses = ['desk', 'note', 'kiosk', 'lab', 'srv'];
const software = ['7zip', 'firefox', 'libreoffice', 'openssh', 'python3', 'git', 'curl', 'vlc', 'teams', 'zoom', 'chrome', 'notepad-plus-plus'];

/** A plausible host that does not exist; the same `seed` is always the same host. */
export interface SimulatedMachine {
  readonly hostname: string;
  readonly os: OperatingSystem;
  readonly bootId: string;
  readonly facets: InventoryFacets;
  readonly packages: InstalledPackage[];
}

function pick<Item>(items: readonly Item[], byte: number): Item {
  const item = items[byte % items.length];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

export function simulatedMachine(seed: string): SimulatedMachine {
  const digest = createHash('sha256').update(seed).digest();
  const at = (index: number) => digest[index] ?? 0;
  const os = pick(systems, at(0));
  const hostname = `${pick(places, at(1))}-${pick(uses, at(2))}-${digest.toString('hex', 3, 5)}`;
  const model = pick(models, at(5));
  const bootId = digest.toString('hex', 6, 14);
  return { hostname, os, bootId, facets: facetsOf(hostname, os, model, digest), packages: packagesOf(os, digest) };
}

function facetsOf(hostname: string, os: OperatingSystem, model: Model, digest: Buffer): InventoryFacets {
  const at = (index: number) => digest[index] ?? 0;
  const size = pick([256, 512, 1024], at(14)) * 1_000_000_000;
  const windows = os.family === 'windows';
  const mac = `02:00:${[15, 16, 17, 18].map((index) => at(index).toString(16).padStart(2, '0')).join(':')}`;
  return {
    hardware: {
      manufacturer: model.manufacturer,
      model: model.model,
      serialNumber: `SIM${digest.toString('hex', 19, 23).toUpperCase()}`,
      cpu: { model: model.cpu, physicalCores: model.cores, logicalCores: model.cores * 2, sockets: 1 },
      memoryBytes: model.memory * gibibyte,
      virtual: false,
    },
    os: { ...os, kernel: os.version, hostname, timezone: 'Asia/Tokyo', bootedAt: '2026-01-05T00:00:00.000Z' },
    disks: {
      disks: [{ name: windows ? 'PhysicalDrive0' : 'nvme0n1', kind: 'disk', sizeBytes: size, model: 'Simulated NVMe', removable: false }],
      filesystems: [{ device: windows ? 'C:' : '/dev/nvme0n1p2', type: windows ? 'NTFS' : 'ext4', mount: windows ? 'C:\\' : '/', sizeBytes: size }],
    },
    network: {
      interfaces: [{ name: windows ? 'Ethernet' : 'eth0', mac, ipv4: [`10.${at(24)}.${at(25)}.${(at(26) % 250) + 2}`], ipv6: [], up: true, speedMbps: 1000 }],
    },
  };
}

function packagesOf(os: OperatingSystem, digest: Buffer): InstalledPackage[] {
  const sources = { windows: 'registry', linux: 'dpkg', macos: 'pkgutil' } as const;
  const has = (index: number) => ((digest[index % 32] ?? 0) & 3) !== 0;
  return software
    .filter((_, index) => has(index))
    .map((name, index) => ({ name, version: `${(digest[index + 4] ?? 1) % 30}.${(digest[index + 5] ?? 0) % 10}`, architecture: os.architecture, source: sources[os.family] }));
}
