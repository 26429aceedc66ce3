import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, machine, release } from 'node:os';
import type { OperatingSystem, OsDetail } from '@kanade/messages';
import { createLinuxSandbox } from '../../sandbox/linux/linux-sandbox.ts';
import type { Platform } from '../platform.ts';
import { readBlockDevices } from './block-devices.ts';
import { readCounters } from './counters.ts';
import { dpkgStamp, readDpkgPackages } from './dpkg.ts';
import { readFilesystems } from './filesystems.ts';
import { readHardware } from './hardware.ts';
import { readNetwork } from './network.ts';
import { parseOsRelease } from './os-release.ts';

export function createLinuxPlatform(keeper: readonly string[]): Platform {
  // The kernel derives it from the wall clock, so it shifts by a second now and then; a boot has one time.
  const bootedAt = readBootTime();
  const detail = (): OsDetail => ({ ...readOs(), kernel: release(), hostname: hostname(), timezone: readTimezone(), bootedAt });
  return {
    family: 'linux',
    hostname,
    os: readOs,
    bootId: () => readOr('/proc/sys/kernel/random/boot_id', bootedAt).trim(),
    scripts: { sandbox: createLinuxSandbox(keeper) },
    facets: async () => {
      const [hardware, disks, filesystems, interfaces] = await Promise.all([readHardware(), readBlockDevices(), readFilesystems(), readNetwork()]);
      return { hardware, os: detail(), disks: { disks, filesystems }, network: { interfaces } };
    },
    packages: () => readDpkgPackages(),
    packagesStamp: () => dpkgStamp(),
    counters: readCounters,
  };
}

function readOs(): OperatingSystem {
  const release = parseOsRelease(readOr('/etc/os-release', '') || readOr('/usr/lib/os-release', ''));
  return {
    family: 'linux',
    name: release.get('NAME') ?? 'Linux',
    // Rolling distributions have no version; a code name tells at least which of them it is.
    version: release.get('VERSION_ID') ?? release.get('VERSION_CODENAME') ?? '',
    architecture: machine(),
  };
}

function readBootTime(): string {
  const seconds = Number(/^btime (\d+)$/m.exec(readOr('/proc/stat', ''))?.[1] ?? 0);
  return new Date(seconds * 1000).toISOString();
}

/** From the file, not from Node, which reads it once when it starts. */
function readTimezone(): string {
  try {
    const zone = /\/zoneinfo\/(?:posix\/|right\/)?(.+)$/.exec(readlinkSync('/etc/localtime'))?.[1];
    if (zone !== undefined) return zone;
  } catch {
    // A copy instead of a link, or nothing: then the next best.
  }
  return readOr('/etc/timezone', '').trim() || Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function readOr(file: string, otherwise: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return otherwise;
  }
}
