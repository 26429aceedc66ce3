import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { streams } from '@kanade/contracts';
import { connectAgent, createSigningKey } from '@kanade/messaging';
import { EventChain, issueTestEndpoint, startTestBroker } from '@kanade/messaging/testing';
import type { TestBroker } from '@kanade/messaging/testing';
import { Chance } from '../random-kills/chance.ts';
import { fillThreeBlocks, smallBrokerBytes } from './fat-history.ts';
import { blocksFolder, MessageBlocks, recordsOf } from './message-blocks.ts';
import { ways } from './ways.ts';

let broker: TestBroker;
let stored = 0;
const copies: string[] = [];

beforeAll(async () => {
  broker = await startTestBroker({ maxFileBytes: smallBrokerBytes });
  const endpointId = crypto.randomUUID();
  const { credentials } = issueTestEndpoint(broker, endpointId);
  const connection = await connectAgent({ urls: [broker.url], credentials: () => credentials, endpointId, ca: null });
  const chain = new EventChain(endpointId, createSigningKey());
  const append = async (...event: Parameters<EventChain['next']>) => {
    const result = await connection.appendEvents([chain.next(...event)], stored);
    if (result.outcome === 'stored') stored = result.lastSequence;
  };
  await fillThreeBlocks([{ append }]);
  await connection.close();
  await broker.halt();
});
afterAll(async () => {
  await broker.stop();
  for (const copy of copies) rmSync(copy, { recursive: true });
});

/** Another copy of the store, to be damaged. */
function copyOfStore(): string {
  const copy = mkdtempSync(join(tmpdir(), 'kanade-flipped-'));
  copies.push(copy);
  cpSync(join(broker.dataDir, 'broker'), join(copy, 'broker'), { recursive: true });
  return copy;
}

function filesOf(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(folder, path)).isFile());
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path)).toString('base64')]));
}

function changedFiles(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => before.get(path) !== after.get(path));
}

describe('the message blocks', () => {
  it('are read as the broker wrote them', () => {
    const blocks = new MessageBlocks(blocksFolder(broker.dataDir, streams.events));
    expect(blocks.numbers.length).toBeGreaterThanOrEqual(3);
    const records = blocks.numbers.map((number) => ({ block: blocks.read(number), number })).flatMap(({ block }) => recordsOf(block).map((record) => ({ block, record })));
    expect(records.map(({ record }) => record.sequence)).toEqual(Array.from({ length: stored }, (_, index) => index + 1));
    for (const { block, record } of records) {
      const part = ({ start, length }: { start: number; length: number }) => block.toString('utf8', start, start + length);
      expect(part(record.subject)).toMatch(/^kanade\.events\.endpoint\.[0-9a-f-]{36}$/);
      expect(part(record.headers)).toMatch(/^NATS\/1\.0\r\n/);
      expect(JSON.parse(part(record.body))).toMatchObject({ type: 'kanade.inventory.packages-changed.v1' });
    }
  });
});

describe('a way to damage them', () => {
  it.each(ways.map((way, index) => ({ ...way, seed: index + 1 })))('$name: changes one message block, the same way each time, and nothing else', ({ damage, seed }) => {
    const before = filesOf(broker.dataDir);
    const [one, again] = [copyOfStore(), copyOfStore()].map((copy) => {
      const done = damage(new MessageBlocks(blocksFolder(copy, streams.events)), new Chance(seed));
      return { done, files: filesOf(copy) };
    });
    const wholeStore = new Map([...before].filter(([path]) => path.startsWith('broker')));
    const changed = changedFiles(wholeStore, one?.files ?? new Map());
    expect(changed).toHaveLength(1);
    expect(changed[0]).toMatch(/streams\/KANADE_EVENTS\/msgs\/\d+\.blk$/);
    expect(changedFiles(one?.files ?? new Map(), again?.files ?? new Map())).toEqual([]);
    expect(one?.done.from).toBeGreaterThanOrEqual(1);
    expect(one?.done.to).toBeGreaterThanOrEqual(one?.done.from ?? 0);
    expect(one?.done.to).toBeLessThanOrEqual(stored);
  });
});
