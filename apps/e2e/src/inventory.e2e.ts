import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestContext } from 'vitest';
import { z } from 'zod';
import { endpointListSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { until } from './until.ts';

const detailSchema = z.looseObject({
  inventory: z.object({
    hardware: z.looseObject({
      cpu: z.object({ model: z.string(), physicalCores: z.number(), logicalCores: z.number(), sockets: z.number() }),
      memoryBytes: z.number(),
    }),
    disks: z.looseObject({ disks: z.array(z.looseObject({ name: z.string(), kind: z.string(), sizeBytes: z.number() })) }),
    packageCount: z.number(),
  }),
  packages: z.array(z.object({ name: z.string(), version: z.string(), architecture: z.string(), source: z.string() })),
});

let kanade: Installation;
let shown: z.infer<typeof detailSchema>;
beforeAll(async () => {
  kanade = await Installation.start();
  const { items } = await kanade.json(endpointListSchema, 'endpoint', 'list');
  shown = await until('the inventory', async () => {
    const detail = await kanade.json(detailSchema, 'endpoint', 'show', items[0]?.id ?? '', '--packages');
    return detail.packages.length > 0 || !existsSync('/var/lib/dpkg/status') ? detail : undefined;
  });
});
afterAll(async () => {
  await kanade.discard();
});

/** Skips a test, and says why, where the tool it compares with is not installed. */
function needs(context: TestContext, tool: string): void {
  context.skip(spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0, `${tool} is not installed here`);
}
const lines = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } }).trim().split('\n');

describe('endpoint show', () => {
  it('agrees with lscpu', (context) => {
    needs(context, 'lscpu');
    const said = new Map(lines('lscpu').map((line) => [line.split(':')[0]?.trim() ?? '', line.slice(line.indexOf(':') + 1).trim()]));
    const { cpu } = shown.inventory.hardware;
    expect(cpu.model).toBe(said.get('Model name'));
    expect(cpu.logicalCores).toBe(Number(said.get('CPU(s)')));
    expect(cpu.sockets).toBe(Number(said.get('Socket(s)')));
    expect(cpu.physicalCores).toBe(Number(said.get('Socket(s)')) * Number(said.get('Core(s) per socket')));
  });

  it('agrees with free', (context) => {
    needs(context, 'free');
    expect(shown.inventory.hardware.memoryBytes).toBe(Number(lines('free', '-b')[1]?.split(/\s+/)[1]));
  });

  it('agrees with lsblk', (context) => {
    needs(context, 'lsblk');
    const listed = z
      .object({ blockdevices: z.array(z.object({ name: z.string(), size: z.number() })) })
      .parse(JSON.parse(lines('lsblk', '-J', '-b', '-l', '-o', 'NAME,SIZE').join('\n')));
    expect(new Map(shown.inventory.disks.disks.map((disk) => [disk.name, disk.sizeBytes]))).toEqual(
      new Map(listed.blockdevices.map((device) => [device.name, device.size])),
    );
  });

  it('agrees with dpkg-query about what is installed', (context) => {
    needs(context, 'dpkg-query');
    const installed = lines('dpkg-query', '-W', '-f', '${db:Status-Status} ${Package} ${Version} ${Architecture}\n')
      .filter((line) => line.startsWith('installed '))
      .map((line) => line.slice('installed '.length));
    expect(shown.packages.map((item) => `${item.name} ${item.version} ${item.architecture}`).sort()).toEqual(installed.sort());
    expect(shown.inventory.packageCount).toBe(installed.length);
  });
});
