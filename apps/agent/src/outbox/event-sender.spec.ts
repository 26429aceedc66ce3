import { headers } from '@kanade/contracts';
import { describe, expect, test } from 'vitest';
import { settle } from '../clock/fake-clock.spec-kit.ts';
import { createDesk } from '../commands/desk.spec-kit.ts';
import { keptAfterAckMs } from './event-outbox.ts';
import { createSender, expectWholeChain, fact, setUp, told } from './sender.spec-kit.ts';

describe('facts reach the history', () => {
  test('in order, chained and signed, one by one', async () => {
    const { desk, history, connect } = setUp();
    await connect();
    for (let n = 1; n <= 3; n++) desk.events.append(fact(n));
    await settle();
    expect(told(history)).toEqual(['1', '2', '3']);
    expect(history.appends).toEqual([1, 1, 1]);
    expectWholeChain(history.events, desk.events.subject);
    expect(desk.events.pendingCount()).toBe(0);
  });

  test('as one atomic batch when many waited, signed at its head', async () => {
    const { desk, history, connect } = setUp();
    for (let n = 1; n <= 40; n++) desk.events.append(fact(n));
    await connect();
    expect(history.appends).toEqual([40]);
    expect(told(history)).toHaveLength(40);
    expect(history.events.filter((event) => event.headers[headers.signature] !== undefined)).toHaveLength(1);
    expectWholeChain(history.events, desk.events.subject);
  });

  test('one by one where the broker has no room for a batch', async () => {
    const { desk, history, connect } = setUp();
    history.refuseBatches = true;
    for (let n = 1; n <= 20; n++) desk.events.append(fact(n));
    await connect();
    await desk.clock.advance(2_000);
    expect(told(history)).toHaveLength(20);
    expectWholeChain(history.events, desk.events.subject);
  });

  test.each([1, 40])('once, though the acknowledgement of %i was lost', async (count) => {
    const { desk, history, connect } = setUp();
    history.loseNextAcknowledgement = true;
    for (let n = 1; n <= count; n++) desk.events.append(fact(n));
    await connect();
    desk.events.append(fact(count + 1));
    await desk.clock.advance(2_000);
    expect(told(history)).toEqual(Array.from({ length: count + 1 }, (_, index) => String(index + 1)));
    expectWholeChain(history.events, desk.events.subject);
  });

  test('after the broker was away for a day', async () => {
    const { desk, history, connect, sender } = setUp();
    await connect();
    history.away = true;
    desk.events.append(fact(1));
    await desk.clock.advance(86_400_000);
    history.away = false;
    sender.disconnected();
    await connect();
    expect(told(history)).toEqual(['1']);
  });

  test('only after the output they sum up', async () => {
    const { desk, history, connect } = setUp();
    history.away = true;
    const salt = '00'.repeat(16);
    desk.output.put({ runId: 'a', stream: 'stdout', n: 0, position: 0, salt, bytes: Buffer.from('out') }, true);
    desk.events.append(fact(1), 'a');
    await connect();
    await desk.clock.advance(100);
    history.away = false;
    const publish = history.publishOutput.bind(history);
    let asked = 0;
    history.publishOutput = (chunk) => {
      expect(history.events).toEqual([]);
      return asked++ === 0 ? Promise.reject(new Error('no')) : publish(chunk);
    };
    await desk.clock.advance(60_000);
    expect(told(history)).toEqual(['1']);
    expect(history.chunks.get('a/stdout/0')).toMatchObject({ headers: { [headers.offset]: '0', [headers.salt]: salt } });
  });
});

describe('a history restored from a backup', () => {
  test('is given again what it lost, with the output', async () => {
    const { desk, history, connect } = setUp();
    await connect();
    desk.events.append(fact(1));
    desk.output.put({ runId: 'a', stream: 'stdout', n: 0, position: 0, salt: '00'.repeat(16), bytes: Buffer.from('out') }, true);
    desk.events.append(fact(2), 'a');
    desk.events.append(fact(3));
    await settle();
    expect(told(history)).toEqual(['1', '2', '3']);
    history.events.splice(1);
    history.chunks.clear();
    await connect();
    expect(told(history)).toEqual(['1', '2', '3']);
    expect([...history.chunks.keys()]).toEqual(['a/stdout/0']);
    expectWholeChain(history.events, desk.events.subject);
  });

  test('that is empty is given all that is kept', async () => {
    const { desk, history, connect } = setUp();
    await connect();
    desk.events.append(fact(1));
    desk.events.append(fact(2));
    await settle();
    history.events = [];
    await connect();
    expect(told(history)).toEqual(['1', '2']);
  });

  test('from longer ago than the outbox reaches gets a new epoch, visibly, and all that is kept', async () => {
    const { desk, history, connect } = setUp();
    await connect();
    for (let n = 1; n <= 3; n++) desk.events.append(fact(n));
    await settle();
    await desk.clock.advance(keptAfterAckMs + 1);
    desk.events.append(fact(4));
    await settle();
    desk.events.prune();
    history.events.splice(1);
    await connect();
    desk.events.append(fact(5));
    await settle();
    expect(told(history)).toEqual(['1', 'epoch-opened', '4', '5']);
    expect(history.events.map((event) => event.headers[headers.epoch])).toEqual(['1', '2', '2', '2']);
    expectWholeChain(history.events, desk.events.subject);
  });
});

describe('an endpoint that lost its database', () => {
  test('begins a new epoch', async () => {
    const { desk, history, connect } = setUp();
    await connect();
    desk.events.append(fact(1));
    await settle();
    const fresh = createDesk();
    const again = createSender(fresh, history);
    fresh.events.append(fact(2));
    await again.connect();
    expect(told(history)).toEqual(['1', 'epoch-opened', '2']);
    expect(again.sender.conflict).toBeUndefined();
  });
});

describe('a machine set back to a snapshot', () => {
  test('begins a new epoch and says only what it had not sent yet', async () => {
    const { desk, history, connect, sender, outputSender } = setUp();
    await connect();
    desk.events.append(fact(1));
    await settle();
    sender.disconnected();
    outputSender.disconnected();
    const snapshot = `${desk.file}.snapshot`;
    desk.store.run('VACUUM INTO ?', snapshot);
    await connect();
    for (const n of [2, 3]) desk.events.append(fact(n));
    await settle();
    await Promise.all([sender.stop(), outputSender.stop()]);

    const reverted = createDesk({ file: snapshot, clock: desk.clock });
    const again = createSender(reverted, history);
    reverted.events.append(fact(4));
    await again.connect();
    reverted.events.append(fact(5));
    await settle();
    expect(again.sender.conflict).toBeUndefined();
    expect(told(history)).toEqual(['1', '2', '3', 'epoch-opened', '4', '5']);
    expect(history.events.map((event) => event.headers[headers.epoch])).toEqual(['1', '1', '1', '2', '2', '2']);
    expectWholeChain(history.events, desk.events.subject);
  });

  test('that took the same place in the chain for something else begins a new epoch too', async () => {
    const { desk, history, connect, sender } = setUp();
    await connect();
    desk.events.append(fact(1));
    await settle();
    const snapshot = `${desk.file}.snapshot`;
    desk.store.run('VACUUM INTO ?', snapshot);
    desk.events.append(fact(2));
    await settle();
    sender.disconnected();
    const reverted = createDesk({ file: snapshot, clock: desk.clock });
    for (const n of [3, 4]) reverted.events.append(fact(n));
    await createSender(reverted, history).connect();
    expect(told(history)).toEqual(['1', '2', 'epoch-opened', '3', '4']);
  });
});

describe('two clones that write in turn', () => {
  async function twins() {
    const { desk, history, connect, sender } = setUp();
    await connect();
    desk.events.append(fact(0));
    await settle();
    const snapshot = `${desk.file}.snapshot`;
    desk.store.run('VACUUM INTO ?', snapshot);
    const clone = createDesk({ file: snapshot, clock: desk.clock });
    const other = createSender(clone, history);
    await other.connect();
    let n = 0;
    /** Both have something to say, `times` times. */
    const talk = async (times: number) => {
      for (let turn = 0; turn < times; turn++) {
        for (const one of [desk, clone]) {
          one.events.append(fact(++n));
          await settle();
        }
      }
    };
    const epochs = () => new Set(history.events.map((event) => event.headers[headers.epoch])).size;
    return { desk, clone, history, senders: [sender, other.sender] as const, talk, epochs };
  }

  test('open a few epochs against each other, then one holds and says so while the other goes on', async () => {
    const { senders, talk, epochs, history, clone, desk } = await twins();
    await talk(50);
    expect(epochs()).toBeLessThanOrEqual(12);
    const held = senders.filter(({ conflict }) => conflict !== undefined);
    expect(held).toHaveLength(1);
    expect(held[0]?.conflict).toContain('in turn');
    const waiting = held[0] === senders[0] ? desk : clone;
    expect(waiting.events.pendingCount()).toBeGreaterThan(0);
    expectWholeChain(history.events, desk.events.subject);
  });

  test('try again with growing pauses, and lose nothing', async () => {
    const { desk, clone, history, talk, epochs } = await twins();
    await talk(20);
    let opened = epochs();
    const perDay: number[] = [];
    for (let day = 0; day < 3; day++) {
      for (let hour = 0; hour < 24; hour++) {
        await desk.clock.advance(3_600_000);
        await talk(1);
      }
      perDay.push(epochs() - opened);
      opened = epochs();
    }
    // Unbounded it would be 48 a day.
    for (const count of perDay) expect(count).toBeLessThan(24);
    expect(perDay[2]).toBeLessThan(14);
    await desk.clock.advance(8 * 3_600_000);
    expect(told(history).filter((line) => line !== 'epoch-opened').length + desk.events.pendingCount() + clone.events.pendingCount()).toBe(40 + 144 + 1);
  });
});

describe('a stranger who writes in this endpoint’s name', () => {
  test('is an identity conflict: nothing is sent for a while, nothing is lost', async () => {
    const { desk, history, connect, sender } = setUp();
    await connect();
    desk.events.append(fact(1));
    await settle();
    const foreign = { [headers.epoch]: '1', [headers.sequence]: '2', [headers.previous]: 'a'.repeat(64) };
    history.store({ headers: foreign, body: Buffer.from('{"fact":"fact 99"}') });
    desk.events.append(fact(2));
    desk.events.append(fact(3));
    await settle();
    expect(sender.conflict).toContain('1/2');
    expect(told(history)).toEqual(['1', '99']);
    expect(desk.events.pendingCount()).toBe(2);
    await connect();
    expect(told(history)).toEqual(['1', '99']);
    history.events.pop();
    await desk.clock.advance(7 * 60_000);
    expect(sender.conflict).toBeUndefined();
    expect(told(history)).toEqual(['1', '2', '3']);
  });
});

test('an event somebody else wrote into the outbox is never signed', async () => {
  const { desk, history, connect } = setUp();
  desk.events.append(fact(1));
  desk.store.run('UPDATE events SET body = ?', Buffer.from('{"fact":"fact 66"}'));
  await connect();
  await desk.clock.advance(60_000);
  expect(history.events).toEqual([]);
});

test('the newest event is kept for ever, as the place where the chain goes on', async () => {
  const { desk, connect } = setUp();
  await connect();
  desk.events.append(fact(1));
  await settle();
  await desk.clock.advance(keptAfterAckMs * 10);
  desk.events.prune();
  expect(desk.events.head()).toMatchObject({ epoch: 1, sequence: 1 });
});
