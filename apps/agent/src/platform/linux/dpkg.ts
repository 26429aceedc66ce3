import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { InstalledPackage } from '@kanade/messages';

/** Debian's database of packages; the programs around it only print this file. */
const statusFile = '/var/lib/dpkg/status';

/** Installed packages, `libc6` of two architectures twice; none where there is no such database. */
export async function readDpkgPackages(file = statusFile): Promise<InstalledPackage[]> {
  if ((await dpkgStamp(file)) === absent) return [];
  const packages: InstalledPackage[] = [];
  let fields = new Map<string, string>();
  const finish = () => {
    const found = installed(fields);
    if (found) packages.push(found);
    fields = new Map();
  };
  for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    if (line === '') finish();
    const field = /^(Package|Status|Version|Architecture): (.*)$/.exec(line);
    if (field?.[1] !== undefined) fields.set(field[1], (field[2] ?? '').trim());
  }
  finish();
  return packages;
}

const absent = 'absent';

/** Differs whenever dpkg has written its database anew. */
export async function dpkgStamp(file = statusFile): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs}-${size}-${ino}`;
  } catch {
    return absent;
  }
}

/** The third word of the status is what is; the first is only what someone wants. */
function installed(fields: ReadonlyMap<string, string>): InstalledPackage | undefined {
  const name = fields.get('Package');
  if (name === undefined || fields.get('Status')?.split(' ')[2] !== 'installed') return undefined;
  return { name, version: fields.get('Version') ?? '', architecture: fields.get('Architecture') ?? '', source: 'dpkg' };
}
