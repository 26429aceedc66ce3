import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dpkgStamp, readDpkgPackages } from './dpkg.ts';

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'kanade-dpkg-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const status = `Package: libc6
Status: install ok installed
Multi-Arch: same
Architecture: amd64
Version: 2.36-9+deb12u7
Description: GNU C Library
 Package: not-a-package, but a line of the description
 Version: 9
Conffiles:
 /etc/ld.so.conf.d/x86_64-linux-gnu.conf d4e7a7b88a71b5ffd9e2644e71a0cfab

Package: libc6
Status: install ok installed
Architecture: i386
Version: 2.36-9+deb12u7

Package: removed-but-configured
Status: deinstall ok config-files
Architecture: all
Version: 1.0

Package: held
Status: hold ok installed
Architecture: all
Version: 1:2.0~rc1-1

Package: half
Status: install ok half-configured
Architecture: all
Version: 1

Package: without-blank-line-at-the-end
Status: install ok installed
Architecture: all
Version: 3`;

it('lists what is installed, of each architecture its own', async () => {
  const file = join(folder, 'status');
  writeFileSync(file, status);
  expect(await readDpkgPackages(file)).toEqual([
    { name: 'libc6', version: '2.36-9+deb12u7', architecture: 'amd64', source: 'dpkg' },
    { name: 'libc6', version: '2.36-9+deb12u7', architecture: 'i386', source: 'dpkg' },
    { name: 'held', version: '1:2.0~rc1-1', architecture: 'all', source: 'dpkg' },
    { name: 'without-blank-line-at-the-end', version: '3', architecture: 'all', source: 'dpkg' },
  ]);
});

it('has a stamp that changes when the database is written', async () => {
  const file = join(folder, 'stamped');
  writeFileSync(file, status);
  const first = await dpkgStamp(file);
  expect(await dpkgStamp(file)).toBe(first);
  utimesSync(file, new Date(), new Date(Date.now() + 5000));
  expect(await dpkgStamp(file)).not.toBe(first);
});

it('has nothing to list where there is no such database', async () => {
  expect(await readDpkgPackages(join(folder, 'missing'))).toEqual([]);
  expect(await dpkgStamp(join(folder, 'missing'))).toBe(await dpkgStamp(join(folder, 'missing-too')));
});
