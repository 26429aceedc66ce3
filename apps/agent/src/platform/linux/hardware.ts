import { join } from 'node:path';
import type { Hardware } from '@kanade/messages';
import { memoryOf } from './counters.ts';
import { readProcessors } from './processors.ts';
import { readText } from './text-files.ts';

/** What makers leave in the firmware's fields when they do not fill them in. */
const placeholder = /^(none|default string|not specified|not applicable|to be filled by o\.e\.m\.|system (manufacturer|product name|serial number)|0+|[x.]+)$/i;
const virtualMachine = /qemu|kvm|vmware|virtualbox|bochs|xen|hyper-?v|parallels|amazon ec2|google compute|openstack|virtual machine|bhyve|firecracker/i;

export async function readHardware(): Promise<Hardware> {
  const firmware = async (name: string, tree: string) => cleaned((await readText(join('/sys/class/dmi/id', name))) || (await readText(join('/proc/device-tree', tree))));
  const [manufacturer, model, serialNumber, cpu, memory, virtual] = await Promise.all([
    firmware('sys_vendor', 'vendor'),
    firmware('product_name', 'model'),
    firmware('product_serial', 'serial-number'),
    readProcessors(),
    readText('/proc/meminfo').then(memoryOf),
    runsUnderHypervisor(),
  ]);
  return {
    manufacturer,
    model,
    serialNumber,
    cpu,
    memoryBytes: memory.totalBytes,
    virtual: virtual || virtualMachine.test(`${manufacturer} ${model}`),
  };
}

export function cleaned(value: string): string {
  return placeholder.test(value) ? '' : value;
}

async function runsUnderHypervisor(): Promise<boolean> {
  const [info, hypervisor] = await Promise.all([readText('/proc/cpuinfo'), readText('/sys/hypervisor/type')]);
  return hypervisor !== '' || /^flags\s*:.*\bhypervisor\b/m.test(info);
}
