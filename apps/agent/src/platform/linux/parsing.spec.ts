import { expect, it } from 'vitest';
import { cpuOf, disksOf, memoryOf, networksOf } from './counters.ts';
import { localMounts } from './filesystems.ts';
import { cleaned } from './hardware.ts';
import { ipv6Addresses } from './network.ts';
import { parseOsRelease } from './os-release.ts';
import { countList, modelOf } from './processors.ts';

it('reads processor time without waiting and without counting guests twice', () => {
  expect(cpuOf('cpu  10 2 5 80 3 0 1 2 4 0\ncpu0 1 1 1 1\n')).toEqual({ busy: 20, total: 103 });
});

it('reads memory, and where old kernels do not estimate what is available, what is free', () => {
  expect(memoryOf('MemTotal:  100 kB\nMemFree:   10 kB\nMemAvailable:   60 kB\n')).toEqual({ totalBytes: 102_400, availableBytes: 61_440 });
  expect(memoryOf('MemTotal:  100 kB\nMemFree:   10 kB\n')).toEqual({ totalBytes: 102_400, availableBytes: 10_240 });
});

it('reads disk counters, in sectors of 512 bytes', () => {
  expect(disksOf(' 254  0 vda 133113 23382 10 98606 48465 271319 20 52238 0 31544\n')).toEqual(new Map([['vda', { inBytes: 5120, outBytes: 10_240 }]]));
});

it('reads network counters without loopback, also where a number touches the name', () => {
  const table = 'Inter-|   Receive  |  Transmit\n face |bytes packets|bytes\n    lo: 1 0 0 0 0 0 0 0 1 0\n  eth0:2504090462 7 0 0 0 0 0 0 6301702 4 0 0 0 0 0 0\n';
  expect(networksOf(table)).toEqual(new Map([['eth0', { inBytes: 2_504_090_462, outBytes: 6_301_702 }]]));
});

it('reads os-release with its quoting', () => {
  const release = parseOsRelease(`NAME="Red Hat \\"Enterprise\\" Linux"\nID=rhel\n# comment\nVERSION_ID='9.4'\n`);
  expect([release.get('NAME'), release.get('ID'), release.get('VERSION_ID')]).toEqual(['Red Hat "Enterprise" Linux', 'rhel', '9.4']);
});

it.each([
  ['0', 1],
  ['0-3', 4],
  ['0-3,8,10-11', 7],
  ['', 0],
])('counts the processors of %j', (list, count) => {
  expect(countList(list)).toBe(count);
});

it('names the processor, or on ARM its numbers', () => {
  expect(modelOf('processor\t: 0\nmodel\t\t: 17\nmodel name\t: AMD EPYC\n')).toBe('AMD EPYC');
  expect(modelOf('processor\t: 0\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n')).toBe('ARM 0x41 0xd0c');
  expect(modelOf('')).toBe('');
});

it.each(['None', 'To Be Filled By O.E.M.', 'Default string', '00000000', 'System Serial Number'])('takes the firmware’s %j for nothing', (value) => {
  expect(cleaned(value)).toBe('');
});

it('lists file systems on disks once, by their shortest mount, and no network or kernel ones', () => {
  const types = 'nodev\tproc\nnodev\ttmpfs\nnodev\tbtrfs\n\text4\n\tsquashfs\n\tvfat\n';
  const mounts = [
    'proc /proc proc rw 0 0',
    '/dev/sda2 /srv/bind ext4 rw 0 0',
    '/dev/sda2 / ext4 rw 0 0',
    'server:/share /mnt/share nfs4 rw 0 0',
    'tmpfs /tmp tmpfs rw 0 0',
    '/dev/sdb1 /my\\040disk vfat rw 0 0',
    '/dev/loop3 /snap/core/1 squashfs ro 0 0',
    '/dev/sdc /data btrfs rw 0 0',
  ].join('\n');
  expect(localMounts(mounts, types).map(({ mount }) => mount)).toEqual(['/', '/data', '/my disk']);
});

it('writes IPv6 addresses in their canonical form and leaves temporary ones out', () => {
  const table = [
    'fd000000000000000000000000000002 02 40 00 80     eth0',
    'fe8000000000000000fc00fffe000001 02 40 20 80     eth0',
    '20010db80000000000000000deadbeef 02 40 00 01     eth0',
  ].join('\n');
  expect(ipv6Addresses(table)).toEqual(new Map([['eth0', ['fd00::2', 'fe80::fc:ff:fe00:1']]]));
});
