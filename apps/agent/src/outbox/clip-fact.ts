import { factLimits as most } from '@kanade/contracts';
import type { Disk, Filesystem, InstalledPackage, NetworkInterface, OperatingSystem } from '@kanade/messages';
import type { Fact } from './facts.ts';

type Inventory = Extract<Fact, { type: 'kanade.inventory.changed.v1' }>['data'];
type Started = Extract<Fact, { type: 'kanade.agent.started.v1' }>['data'];

/** Far below what the broker takes as one message (1 MiB): a fact it does not take would hold up all that come after it. */
const largestFacet = 512 * 1024;

/** A fact no part of which is longer than the contract allows, and the parts that were cut. */
export interface ClippedFact {
  readonly fact: Fact;
  readonly cut: readonly string[];
}

/** The one place where what a machine says of itself is cut to what a fact may hold: a fact above the limits would never show. */
export function clipFact(fact: Fact): ClippedFact {
  const shears = new Shears();
  return { fact: clipped(fact, shears), cut: [...shears.cut] };
}

function clipped(fact: Fact, shears: Shears): Fact {
  switch (fact.type) {
    case 'kanade.agent.started.v1':
      return { ...fact, data: startedOf(fact.data, shears) };
    case 'kanade.inventory.changed.v1':
      return { ...fact, data: facetOf(fact.data, shears) };
    case 'kanade.inventory.packages-changed.v1': {
      const { reset, present, removed } = fact.data;
      const texts = <Item extends Pick<InstalledPackage, 'name' | 'architecture'>>(item: Item): Item => ({
        ...item,
        name: shears.text('name', item.name, most.packageText),
        architecture: shears.text('architecture', item.architecture, most.architecture),
      });
      const versions = present.map((item) => ({ ...texts(item), version: shears.text('version', item.version, most.packageText) }));
      return { ...fact, data: { reset, present: versions, removed: removed.map(texts) } };
    }
    default:
      return fact;
  }
}

function startedOf(data: Started, shears: Shears): Started {
  return {
    ...data,
    hostname: shears.text('hostname', data.hostname, most.hostname),
    os: osOf(data.os, shears),
    bootId: shears.text('bootId', data.bootId, most.bootId),
    shells: shears.list('shells', data.shells, most.shells).map((shell) => shears.text('shells', shell, most.shell)),
  };
}

function osOf<Os extends OperatingSystem>(os: Os, shears: Shears): Os {
  return {
    ...os,
    name: shears.text('name', os.name, most.osText),
    version: shears.text('version', os.version, most.osText),
    architecture: shears.text('architecture', os.architecture, most.architecture),
  };
}

function facetOf(data: Inventory, shears: Shears): Inventory {
  const text = (name: string, value: string) => shears.text(name, value, most.text);
  switch (data.facet) {
    case 'hardware': {
      const { manufacturer, model, serialNumber, cpu } = data.value;
      const named = { manufacturer: text('manufacturer', manufacturer), model: text('model', model), serialNumber: text('serialNumber', serialNumber) };
      return { facet: data.facet, value: { ...data.value, ...named, cpu: { ...cpu, model: text('model', cpu.model) } } };
    }
    case 'os': {
      const { kernel, hostname, timezone, bootedAt } = data.value;
      const named = { kernel: text('kernel', kernel), timezone: text('timezone', timezone) };
      const host = { hostname: shears.text('hostname', hostname, most.hostname), bootedAt: shears.text('bootedAt', bootedAt, most.bootedAt) };
      return { facet: data.facet, value: { ...osOf(data.value, shears), ...named, ...host } };
    }
    case 'disks': {
      const disks = shears.list('disks', data.value.disks, most.disks).map((disk) => diskOf(disk, text));
      const filesystems = shears.list('filesystems', data.value.filesystems, most.filesystems).map((entry) => filesystemOf(entry, shears));
      const half = Math.floor(largestFacet / 2);
      return { facet: data.facet, value: { disks: shears.size('disks', disks, half), filesystems: shears.size('filesystems', filesystems, half) } };
    }
    case 'network': {
      const interfaces = shears.list('interfaces', data.value.interfaces, most.interfaces).map((entry) => interfaceOf(entry, shears));
      return { facet: data.facet, value: { interfaces: shears.size('interfaces', interfaces, largestFacet) } };
    }
  }
  return data satisfies never;
}

function diskOf(disk: Disk, text: (name: string, value: string) => string): Disk {
  return { ...disk, name: text('name', disk.name), model: text('model', disk.model) };
}

function filesystemOf(entry: Filesystem, shears: Shears): Filesystem {
  const device = shears.text('device', entry.device, most.text);
  return { ...entry, device, type: shears.text('type', entry.type, most.text), mount: shears.text('mount', entry.mount, most.mount) };
}

function interfaceOf(entry: NetworkInterface, shears: Shears): NetworkInterface {
  return {
    ...entry,
    name: shears.text('name', entry.name, most.text),
    mac: shears.text('mac', entry.mac, most.text),
    ipv4: shears.list('ipv4', entry.ipv4, most.addresses).map((address) => shears.text('ipv4', address, most.ipv4)),
    ipv6: shears.list('ipv6', entry.ipv6, most.addresses).map((address) => shears.text('ipv6', address, most.ipv6)),
  };
}

/** Cuts, and remembers what it cut. */
class Shears {
  readonly cut = new Set<string>();

  text(name: string, value: string, longest: number): string {
    if (value.length <= longest) return value;
    this.cut.add(name);
    return value.slice(0, longest);
  }

  list<Item>(name: string, values: readonly Item[], longest: number): Item[] {
    if (values.length > longest) this.cut.add(name);
    return values.slice(0, longest);
  }

  /** Leaves out the last entries of a list that is too large as a whole. */
  size<Item>(name: string, values: Item[], mostBytes: number): Item[] {
    let bytes = 0;
    const fitting = values.findIndex((value) => (bytes += Buffer.byteLength(JSON.stringify(value))) > mostBytes);
    return fitting < 0 ? values : this.list(name, values, fitting);
  }
}
