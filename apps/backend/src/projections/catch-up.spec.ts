import fc from 'fast-check';
import type { StoredMessage } from '@kanade/messaging';
import { describe, expect, it } from 'vitest';
import { foldableUntil } from './catch-up.ts';
import { pack } from './packed-batch.ts';
import { StreamFeed } from './stream-feed.ts';

const batchSize = 10;
/** As few of a stream wait at once as if memory were short. */
const room = 15;

type Name = 'events' | 'output';
interface Lane {
  readonly name: Name;
  readonly feed: StreamFeed;
  readonly toCome: StoredMessage[];
}

const message = (sequence: number, recordedAt: number): StoredMessage => ({ sequence, subject: 's', recordedAt, headers: {}, body: new Uint8Array() });

/** Streams that were recorded in phases: so many of the one, then so many of the other. */
function recorded(phases: readonly (readonly [Name, number])[]): Lane[] {
  const all: Record<Name, StoredMessage[]> = { events: [], output: [] };
  let now = 1;
  for (const [name, count] of phases) for (let each = 0; each < count; each += 1) all[name].push(message(all[name].length + 1, now++));
  return (['events', 'output'] as const).map((name) => ({ name, feed: new StreamFeed(0, () => undefined), toCome: all[name] }));
}

/** Lets a few messages of a stream in, as far as there is room. */
function readSome({ name, feed, toCome }: Lane, count: number): void {
  const read = toCome.splice(0, Math.min(count, room - feed.waiting));
  if (read.length > 0) feed.receive(pack(name, read));
}

function takeBatch(lanes: readonly Lane[]): StoredMessage[] {
  const recordedUntil = foldableUntil(lanes.map(({ feed, toCome }) => ({ feed, until: Infinity, isRead: toCome.length === 0 })), batchSize);
  const taken = lanes.map(({ feed }) => ({ feed, batch: feed.peek(batchSize, { recordedUntil }) }));
  for (const { feed, batch } of taken) feed.consume(batch.length);
  return taken.flatMap(({ batch }) => batch).sort((one, other) => one.recordedAt - other.recordedAt);
}

describe('streams that catch up', () => {
  it('go side by side in recorded time, and to their ends, in whatever portions they come', () => {
    const phase = fc.tuple(fc.constantFrom<Name>('events', 'output'), fc.nat(60));
    fc.assert(fc.property(fc.array(phase, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: room }), { minLength: 1 }), (phases, portions) => {
      const lanes = recorded(phases);
      const count = lanes.reduce((sum, { toCome }) => sum + toCome.length, 0);
      const folded: StoredMessage[] = [];
      for (let turn = 0; turn < 2000 && folded.length < count; turn += 1) {
        for (const [index, lane] of lanes.entries()) readSome(lane, portions[(turn * lanes.length + index) % portions.length] ?? room);
        folded.push(...takeBatch(lanes));
      }
      expect(folded.map(({ recordedAt }) => recordedAt)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    }));
  });

  it('wait for nobody when there is nobody', () => {
    expect(foldableUntil([], batchSize)).toBe(Infinity);
  });
});
