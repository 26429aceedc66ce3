import { describe, expect, test } from 'vitest';
import { settle } from '../clock/fake-clock.spec-kit.ts';
import { createDesk } from '../commands/desk.spec-kit.ts';
import { keptAfterAckMs } from './event-outbox.ts';
import { createSender, expectWholeChain, fact, setUp, told } from './sender.spec-kit.ts';

describe('an endpoint whose events were archived and dropped from the stream', () => {
  /** Three facts that were archived; the endpoint is away. */
  async function silent() {
    const all = setUp();
    await all.connect();
    for (let n = 1; n <= 3; n++) all.desk.events.append(fact(n));
    await settle();
    all.sender.disconnected();
    all.history.archive();
    return all;
  }

  test('goes on with its chain: nothing is sent twice, no epoch begins', async () => {
    const { desk, history, connect, sender } = await silent();
    await desk.clock.advance(30 * keptAfterAckMs);
    desk.events.prune();
    desk.events.append(fact(4));
    await connect();
    expect(told(history)).toEqual(['4']);
    expect(sender.conflict).toBeUndefined();
    expectWholeChain([...history.archived, ...history.events], desk.events.subject);
  });

  test('learns of it in the middle of a connection', async () => {
    const { desk, history, connect } = setUp();
    await connect();
    desk.events.append(fact(1));
    await settle();
    history.archive();
    desk.events.append(fact(2));
    await settle();
    expect(told(history)).toEqual(['2']);
    expectWholeChain([...history.archived, ...history.events], desk.events.subject);
  });

  test('waits for the backend, and guesses nothing', async () => {
    const { desk, history, connect } = await silent();
    history.backendAnswers = false;
    desk.events.append(fact(4));
    await connect();
    await desk.clock.advance(60_000);
    expect(told(history)).toEqual([]);
    history.backendAnswers = true;
    await desk.clock.advance(60_000);
    expect(told(history)).toEqual(['4']);
    expectWholeChain([...history.archived, ...history.events], desk.events.subject);
  });

  test('sends again what was lost behind the archive', async () => {
    const { desk, history, connect } = await silent();
    history.archived.pop();
    await connect();
    expect(told(history)).toEqual(['3']);
    expectWholeChain([...history.archived, ...history.events], desk.events.subject);
  });

  test('begins a new epoch when it lost its database', async () => {
    const { history } = await silent();
    const fresh = createDesk();
    fresh.events.append(fact(4));
    await createSender(fresh, history).connect();
    expect(told(history)).toEqual(['epoch-opened', '4']);
    expectWholeChain([...history.archived, ...history.events], fresh.events.subject);
  });
});
