import { spawnSync } from 'node:child_process';
import { facetSchemas, installedPackageSchema } from '@kanade/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { createPlatform } from '../platform/create-platform.ts';
import { createInventoryCollector } from './collector.ts';
import type { InventoryCollector } from './collector.ts';
import type { InventoryFacets } from './facets.ts';

let collector: InventoryCollector;
let facets: InventoryFacets;
beforeAll(async () => {
  collector = createInventoryCollector({ platform: createPlatform() });
  facets = await collector.collect();
});

/** What one of the system's own tools prints; the test is skipped, and says why, where it is not installed. */
function tool(context: TestContext, name: string, ...options: readonly string[]): string {
  const { stdout, error } = spawnSync(name, options, { encoding: 'utf8', env: { PATH: process.env['PATH'], LC_ALL: 'C' } });
  if (error) context.skip(`${name} is not installed here`);
  return stdout;
}

describe('the inventory agrees with', () => {
  it('lscpu', (context) => {
    const text = tool(context, 'lscpu');
    const field = (name: string) => new RegExp(`^\\s*${name}:\\s+(.+)$`, 'm').exec(text)?.[1] ?? '';
    const sockets = Number(field('Socket\\(s\\)'));
    expect(facets.hardware.cpu).toEqual({
      model: field('Model name'),
      logicalCores: Number(field('CPU\\(s\\)')),
      physicalCores: Number(field('Core\\(s\\) per socket')) * sockets,
      sockets,
    });
    expect(facets.hardware.virtual).toBe(field('Hypervisor vendor') !== '');
  });

  it('free', (context) => {
    expect(facets.hardware.memoryBytes).toBe(Number(/^Mem:\s+(\d+)/m.exec(tool(context, 'free', '-b'))?.[1]));
  });

  it('lsblk', (context) => {
    const kinds: Readonly<Record<string, string>> = { disk: 'disk', part: 'partition', loop: 'loop', rom: 'rom', lvm: 'logical', crypt: 'logical' };
    const rows = tool(context, 'lsblk', '-b', '-n', '-l', '-o', 'NAME,TYPE,SIZE').trim().split('\n');
    const listed = rows.map((row) => row.trim().split(/\s+/)).map(([name, type = '', size]) => ({ name, kind: kinds[type] ?? type, sizeBytes: Number(size) }));
    const ours = facets.disks.disks.map(({ name, kind, sizeBytes }) => ({ name, kind, sizeBytes }));
    const byName = (a: { name: string | undefined }, b: { name: string | undefined }) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1);
    expect(ours.sort(byName)).toEqual(listed.sort(byName));
  });

  it('df', (context) => {
    const rows = tool(context, 'df', '-B1', '--output=target,size').trim().split('\n').slice(1);
    const sizes = new Map(rows.map((row) => [/^(.*?)\s+\d+$/.exec(row)?.[1] ?? '', Number(/(\d+)$/.exec(row)?.[1])]));
    expect(facets.disks.filesystems.length).toBeGreaterThan(0);
    for (const { mount, sizeBytes } of facets.disks.filesystems) expect(sizeBytes).toBe(sizes.get(mount));
  });

  it('dpkg-query', async (context) => {
    const format = '${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\n';
    const rows = tool(context, 'dpkg-query', '-W', '-f', format).trim().split('\n');
    const listed = rows.filter((row) => row.startsWith('installed\t')).map((row) => row.slice('installed\t'.length));
    const ours = (await collector.packages()).map(({ name, version, architecture }) => `${name}\t${version}\t${architecture}`);
    expect(ours.length).toBeGreaterThan(0);
    expect(ours.sort()).toEqual(listed.sort());
  });

  it('uname and ip', (context) => {
    expect(facets.os.kernel).toBe(tool(context, 'uname', '-r').trim());
    expect(facets.os.architecture).toBe(tool(context, 'uname', '-m').trim());
    for (const { name, ipv4, ipv6, mac } of facets.network.interfaces) {
      const text = tool(context, 'ip', '-o', 'address', 'show', name);
      for (const address of [...ipv4, ...ipv6]) expect(text).toContain(` ${address}/`);
      expect(tool(context, 'ip', 'link', 'show', name)).toContain(mac);
    }
  });
});

it('is what the contract allows, and the same when nothing changed', async () => {
  const again = await collector.collect();
  for (const name of ['hardware', 'os', 'disks', 'network'] as const) {
    expect(facetSchemas[name].parse(facets[name])).toEqual(facets[name]);
    expect(again[name]).toEqual(facets[name]);
  }
  const packages = await collector.packages();
  expect(packages.map((entry) => installedPackageSchema.parse(entry))).toEqual(packages);
  expect(await collector.packagesStamp()).toBe(await collector.packagesStamp());
});
