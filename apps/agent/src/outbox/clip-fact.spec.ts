import { describe, expect, test } from 'vitest';
import type { NetworkInterface } from '@kanade/messages';
import { createDesk, eventsOf } from '../commands/desk.spec-kit.ts';
import { clipFact } from './clip-fact.ts';
import type { Fact } from './facts.ts';

const long = 'x'.repeat(5_000);
const many = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);
const os = { family: 'linux' as const, name: long, version: long, architecture: long };
const network = (interfaces: NetworkInterface[]): Fact => ({ type: 'kanade.inventory.changed.v1', data: { facet: 'network', value: { interfaces } } });
const card = { name: 'eth0', mac: '02:00:00:00:00:01', ipv4: ['10.0.0.1'], ipv6: [], up: true, speedMbps: null };

const cpu = { model: long, physicalCores: 1, logicalCores: 1, sockets: 1 };
const disk = { name: long, kind: 'disk' as const, sizeBytes: 1, model: long, removable: false };
const filesystem = { device: long, type: long, mount: long, sizeBytes: 1 };
const installed = { name: long, version: long, architecture: long, source: 'dpkg' as const };
const removed = { name: long, architecture: long, source: 'dpkg' as const };

const excessive: [string, Fact][] = [
  ['start', { type: 'kanade.agent.started.v1', data: { agentVersion: '1', hostname: long, os, bootId: long, shells: many(50, long), reason: 'restart' } }],
  [
    'hardware',
    {
      type: 'kanade.inventory.changed.v1',
      data: { facet: 'hardware', value: { manufacturer: long, model: long, serialNumber: long, cpu, memoryBytes: 1, virtual: false } },
    },
  ],
  [
    'operating system',
    { type: 'kanade.inventory.changed.v1', data: { facet: 'os', value: { ...os, kernel: long, hostname: long, timezone: long, bootedAt: long } } },
  ],
  ['disks', { type: 'kanade.inventory.changed.v1', data: { facet: 'disks', value: { disks: many(900, disk), filesystems: many(900, filesystem) } } }],
  ['network', network(many(900, { ...card, name: long, mac: long, ipv4: many(300, long), ipv6: many(300, long) }))],
  ['packages', { type: 'kanade.inventory.packages-changed.v1', data: { reset: true, present: many(1_000, installed), removed: many(1_000, removed) } }],
];

describe('a machine that says more than a fact holds', () => {
  test.each(excessive)('has its %s told as far as the contract and the broker allow', (_, fact) => {
    const desk = createDesk();
    desk.events.append(fact);
    // Checks against the contract.
    expect(eventsOf(desk)).toHaveLength(1);
    expect(desk.events.pending(1)[0]?.body.length).toBeLessThan(1024 * 1024);
  });

  test('such as a node of a cluster, keeps its first addresses', () => {
    const addresses = Array.from({ length: 400 }, (_, index) => `10.96.${index >> 8}.${index & 255}`);
    const { fact, cut } = clipFact(network([card, { ...card, name: 'kube-ipvs0', ipv4: addresses }]));
    expect(cut).toEqual(['ipv4']);
    expect(fact).toEqual(network([card, { ...card, name: 'kube-ipvs0', ipv4: addresses.slice(0, 64) }]));
  });
});

test('what fits is told as it is', () => {
  const fact = network([card]);
  expect(clipFact(fact)).toEqual({ fact, cut: [] });
});
