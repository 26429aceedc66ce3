import { cpus, freemem, hostname, machine, networkInterfaces, release, totalmem, uptime } from 'node:os';
import type { OperatingSystem, OsDetail } from '@kanade/messages';
import type { Counters } from '../telemetry/counters.ts';
import type { Platform } from './platform.ts';
import { readDisks, readHardware } from './system-information.ts';

const families: Readonly<Partial<Record<NodeJS.Platform, OperatingSystem['family']>>> = { win32: 'windows', darwin: 'macos' };
const names: Readonly<Record<OperatingSystem['family'], string>> = { windows: 'Windows', macos: 'macOS', linux: 'Linux' };

/** Windows and macOS as far as they go today: who and what the machine is, but no scripts and no list of software. */
export function createOtherPlatform(): Platform {
  const family = families[process.platform] ?? 'linux';
  const bootedAt = new Date(Date.now() - uptime() * 1000).toISOString();
  const os = (): OperatingSystem => ({ family, name: names[family], version: release(), architecture: machine() });
  const detail = (): OsDetail => ({ ...os(), kernel: release(), hostname: hostname(), timezone: Intl.DateTimeFormat().resolvedOptions().timeZone, bootedAt });
  return {
    family,
    hostname,
    os,
    // To the minute: it is computed from two clocks, and must not differ between two looks.
    bootId: () => bootedAt.slice(0, 'YYYY-MM-DDTHH:MM'.length),
    scripts: { family, unsupported: 'its processes cannot be held together and ended as a whole there yet.' },
    facets: async () => ({ hardware: await readHardware(), os: detail(), disks: await readDisks(), network: { interfaces: readInterfaces() } }),
    packages: () => Promise.resolve([]),
    packagesStamp: () => Promise.resolve('unsupported'),
    counters: () => Promise.resolve(readCounters()),
  };
}

function readInterfaces() {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) => {
    const outside = addresses.filter(({ internal }) => !internal);
    const of = (family: 'IPv4' | 'IPv6') => outside.filter((entry) => entry.family === family).map(({ address }) => address).sort();
    const mac = outside[0]?.mac;
    return mac === undefined ? [] : [{ name, mac, ipv4: of('IPv4'), ipv6: of('IPv6'), up: true, speedMbps: null }];
  });
}

/** Disks and network would cost a process for each look here, so they stay unknown. */
function readCounters(): Counters {
  const times = cpus().map((cpu) => cpu.times);
  const idle = times.reduce((sum, time) => sum + time.idle, 0);
  const busy = times.reduce((sum, time) => sum + time.user + time.nice + time.sys + time.irq, 0);
  return { cpu: { busy, total: busy + idle }, memory: { usedBytes: totalmem() - freemem(), totalBytes: totalmem() }, disks: null, networks: null };
}
