import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readBlockDevices } from './block-devices.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanade-sys-block-'));
  const files: Record<string, string> = {
    'sda/dev': '8:0', 'sda/size': '2048', 'sda/removable': '0', 'sda/device/model': 'Example 1000  ', 'sda/device/type': '0',
    'sda/sda1/partition': '1', 'sda/sda1/size': '1024', 'sda/queue/size': '7',
    'sda/sda10/partition': '10', 'sda/sda10/size': '8', 'sda/sda2/partition': '2', 'sda/sda2/size': '16',
    'sr0/dev': '11:0', 'sr0/size': '2097151', 'sr0/removable': '1', 'sr0/device/type': '5',
    'dm-0/dev': '253:0', 'dm-0/size': '4', 'dm-0/dm/name': 'vg-root', 'dm-0/dm/uuid': 'LVM-abc', 'dm-0/removable': '0',
    'md127/dev': '9:127', 'md127/size': '6', 'md127/removable': '0',
    'loop0/dev': '7:0', 'loop0/size': '0', 'loop1/dev': '7:1', 'loop1/size': '8', 'loop1/loop/backing_file': '/image',
    'ram0/dev': '1:0', 'ram0/size': '8192',
    'nvme0c0n1/dev': '259:1', 'nvme0c0n1/size': '8', 'nvme0c0n1/hidden': '1',
    'cciss!c0d0/dev': '104:0', 'cciss!c0d0/size': '2', 'cciss!c0d0/removable': '0',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), `${text}\n`);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('lists devices as lsblk does', async () => {
  const disks = await readBlockDevices(folder);
  expect(disks.map(({ name, kind, sizeBytes }) => [name, kind, sizeBytes])).toEqual([
    ['cciss/c0d0', 'disk', 1024],
    ['vg-root', 'logical', 2048],
    ['loop1', 'loop', 4096],
    ['md127', 'logical', 3072],
    ['sda', 'disk', 1_048_576],
    ['sda1', 'partition', 524_288],
    ['sda2', 'partition', 8192],
    ['sda10', 'partition', 4096],
    ['sr0', 'rom', 1_073_741_312],
  ]);
  expect(disks.find(({ name }) => name === 'sda')).toMatchObject({ model: 'Example 1000', removable: false });
  expect(disks.find(({ name }) => name === 'sr0')).toMatchObject({ removable: true });
});
