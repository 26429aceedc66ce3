import { createSigningKey } from '@kanade/messaging';
import { describe, expect, test } from 'vitest';
import { settle } from '../clock/fake-clock.spec-kit.ts';
import { cancelCommand, createDesk, endpointId, eventsOf, keysetOf, runCommand, signed, storyOf } from './desk.spec-kit.ts';

describe('a command', () => {
  test('is refused with its reason when nobody signed it, and acknowledged all the same', async () => {
    const desk = createDesk();
    const { body, sequence } = signed(desk.commandKey, 1, runCommand(desk.clock, 'a'));
    await desk.deliver({ body, sequence, headers: {} });
    expect(storyOf(desk)).toEqual(['refused-command unsigned']);
    expect(desk.acked).toEqual([1]);
  });

  test.each([
    ['signed by a stranger', 'key-unknown', (desk: ReturnType<typeof createDesk>) => signed(createSigningKey(), 1, runCommand(desk.clock, 'a'))],
    [
      'altered after it was signed',
      'signature-invalid',
      (desk: ReturnType<typeof createDesk>) => {
        const command = signed(desk.commandKey, 1, runCommand(desk.clock, 'a'));
        return { ...command, body: Buffer.from(Buffer.from(command.body).toString().replace('true', 'evil')) };
      },
    ],
    ['signed for another endpoint', 'signature-invalid', (desk: ReturnType<typeof createDesk>) => signed(desk.commandKey, 1, runCommand(desk.clock, 'a'), 'other')],
    ['made for another endpoint', 'foreign-recipient', (desk: ReturnType<typeof createDesk>) => signed(desk.commandKey, 1, runCommand(desk.clock, 'a', { recipient: 'other' }), 'other')],
    [
      'addressed to another endpoint',
      'foreign-recipient',
      (desk: ReturnType<typeof createDesk>) => signed(desk.commandKey, 1, runCommand(desk.clock, 'a', { recipient: 'other' })),
    ],
    [
      'past its time',
      'expired',
      (desk: ReturnType<typeof createDesk>) => signed(desk.commandKey, 1, runCommand(desk.clock, 'a', { expiresAt: new Date(desk.clock.now()).toISOString() })),
    ],
  ])('is refused when it is %s', async (_, code, make) => {
    const desk = createDesk();
    await desk.deliver(make(desk));
    await settle();
    expect(storyOf(desk)).toEqual([`refused-command ${code}`]);
    expect(desk.runner.started).toEqual([]);
    expect(desk.acked).toEqual([1]);
  });

  test('by a key that was replaced counts until that one ends, and is refused as such then', async () => {
    const desk = createDesk();
    const old = createSigningKey();
    const endsAt = desk.clock.now() + 60_000;
    const { keys } = desk.known.keyset;
    desk.known.keyset = { version: 2, keys: [...keys, { id: old.id, use: 'command', publicKey: old.publicKey, validFrom: '2020-01-01T00:00:00Z', validUntil: new Date(endsAt).toISOString() }] };
    await desk.deliver(signed(old, 1, runCommand(desk.clock, 'a')));
    await settle();
    await desk.clock.advance(60_000);
    await desk.deliver(signed(old, 2, runCommand(desk.clock, 'b')));
    expect(storyOf(desk)).toEqual(['accepted a', 'started a', 'refused-command key-retired']);
  });

  test('by a key it has never seen has the backend asked for its keys first, and waits while that does not answer', async () => {
    const desk = createDesk();
    const next = createSigningKey();
    const command = signed(next, 1, runCommand(desk.clock, 'a'));
    desk.known.learn = () => Promise.resolve(false);
    await expect(desk.deliver(command)).rejects.toThrow('before the backend tells its keys');
    expect([storyOf(desk), desk.acked]).toEqual([[], []]);
    desk.known.learn = (id) => {
      expect(id).toBe(next.id);
      desk.known.keyset = keysetOf(next, 2);
      return Promise.resolve(true);
    };
    await desk.deliver(command);
    await settle();
    expect(storyOf(desk)).toEqual(['accepted a', 'started a']);
  });

  test('is refused as a replay when the same one is put into the queue again, once', async () => {
    const desk = createDesk();
    await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
    await settle();
    const replay = signed(desk.commandKey, 2, runCommand(desk.clock, 'a'));
    await desk.deliver(replay);
    await desk.deliver(replay);
    expect(storyOf(desk)).toEqual(['accepted a', 'started a', 'refused-command replayed']);
  });

  test('that comes twice is acknowledged twice and run once', async () => {
    const desk = createDesk();
    const command = signed(desk.commandKey, 1, runCommand(desk.clock, 'a'));
    await desk.deliver(command);
    await desk.deliver(command);
    await settle();
    expect(desk.acked).toEqual([1, 1]);
    expect(desk.runner.started).toEqual(['a']);
    expect(storyOf(desk)).toEqual(['accepted a', 'started a']);
  });

  test('for a run known under another id does nothing more', async () => {
    const desk = createDesk();
    await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
    await desk.deliver(signed(desk.commandKey, 2, runCommand(desk.clock, 'a', { id: 'command-again' })));
    await settle();
    expect(desk.runner.started).toEqual(['a']);
    expect(storyOf(desk)).toEqual(['accepted a', 'started a']);
  });

  test('is refused with disk-full when there is no room, as the end of its run', async () => {
    const desk = createDesk();
    desk.space.free = 999;
    await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
    desk.space.free = 10_000;
    await desk.deliver(signed(desk.commandKey, 2, runCommand(desk.clock, 'b')));
    await settle();
    expect(storyOf(desk)).toEqual(['refused a', 'accepted b', 'started b']);
    expect(eventsOf(desk)[0]).toMatchObject({ data: { reason: { code: 'disk-full' } }, correlationid: 'execution-a' });
  });
});

test('while another machine works with the keys of this endpoint, a command is refused with that reason', async () => {
  const desk = createDesk();
  desk.twin.conflict = 'epochs were opened again and again';
  await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
  desk.twin.conflict = undefined;
  await desk.deliver(signed(desk.commandKey, 2, runCommand(desk.clock, 'b')));
  await settle();
  expect(storyOf(desk)).toEqual(['refused a', 'accepted b', 'started b']);
  expect(eventsOf(desk)[0]).toMatchObject({ data: { reason: { code: 'identity-conflict' } } });
});

describe('on an endpoint whose clock is wrong, a command', () => {
  const day = 86_400_000;

  test('waits for the backend to tell the time, and is judged by that', async () => {
    const desk = createDesk();
    const told = Promise.withResolvers<undefined>();
    Object.assign(desk.backendTime, { offset: 2 * day, known: false, heard: () => told.promise });
    const delivery = desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
    await settle();
    expect([storyOf(desk), desk.acked]).toEqual([[], []]);
    Object.assign(desk.backendTime, { offset: 0, known: true });
    told.resolve(undefined);
    await delivery;
    await settle();
    expect(storyOf(desk)).toEqual(['accepted a', 'started a']);
  });

  test.each([
    ['has passed', 2 * day],
    ['has not come', -20 * 365 * day],
  ])('whose time or key’s time %s stays in the queue while the backend is silent', async (_, offset) => {
    const desk = createDesk();
    Object.assign(desk.backendTime, { offset, known: false });
    const command = signed(desk.commandKey, 1, runCommand(desk.clock, 'a'));
    await expect(desk.deliver(command)).rejects.toThrow('not judged');
    expect([storyOf(desk), desk.acked]).toEqual([[], []]);
    Object.assign(desk.backendTime, { offset: 0, known: true });
    await desk.deliver(command);
    expect(desk.acked).toEqual([1]);
  });

  test('that the keys known so far believe, and that is in time, is obeyed though the backend is silent', async () => {
    const desk = createDesk();
    desk.backendTime.known = false;
    await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
    await settle();
    expect(storyOf(desk)).toEqual(['accepted a', 'started a']);
  });

  test('that was accepted before is not refused as expired until the backend told the time', async () => {
    const desk = createDesk();
    await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')), 1);
    Object.assign(desk.backendTime, { offset: 2 * day, known: false });
    desk.queue.release();
    await settle();
    expect(storyOf(desk)).toEqual(['accepted a']);
    Object.assign(desk.backendTime, { offset: 0, known: true });
    desk.queue.pump();
    await settle();
    expect(storyOf(desk)).toEqual(['accepted a', 'started a']);
  });
});

describe('a cancel', () => {
  test('of a run that waits ends it before it starts', async () => {
    const desk = createDesk();
    await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')), 1);
    await desk.deliver(signed(desk.commandKey, 2, cancelCommand(desk.clock, 'a')));
    await settle();
    expect(desk.runner.started).toEqual([]);
    expect(storyOf(desk)).toEqual(['accepted a', 'cancelled a']);
  });

  test('of a run that runs stops it', async () => {
    const desk = createDesk();
    await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
    await settle();
    await desk.deliver(signed(desk.commandKey, 2, cancelCommand(desk.clock, 'a')));
    await settle();
    expect(storyOf(desk)).toEqual(['accepted a', 'started a', 'cancelled a']);
  });

  test('that comes before its run is remembered, and reported', async () => {
    const desk = createDesk();
    await desk.deliver(signed(desk.commandKey, 2, cancelCommand(desk.clock, 'a')));
    await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
    await settle();
    expect(storyOf(desk)).toEqual(['cancelled a']);
    expect(desk.runner.started).toEqual([]);
  });

  test('of a run that ended changes nothing', async () => {
    const desk = createDesk();
    await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
    await settle();
    desk.runner.end('a');
    await settle();
    await desk.deliver(signed(desk.commandKey, 2, cancelCommand(desk.clock, 'a')));
    expect(storyOf(desk)).toEqual(['accepted a', 'started a', 'succeeded a']);
  });
});

test('a newer run of the same key ends those that wait, whichever is delivered first', async () => {
  const key = { supersedeKey: 'job' };
  for (const order of [[1, 2], [2, 1]]) {
    const desk = createDesk();
    for (const [index, sequence] of order.entries()) {
      await desk.deliver(signed(desk.commandKey, sequence, runCommand(desk.clock, `run-${sequence}`, key)), index === 0 ? 1 : 0);
    }
    await settle();
    expect(desk.runner.started).toEqual(['run-2']);
    expect(storyOf(desk)).toContain('cancelled run-1');
    expect(eventsOf(desk).find((event) => event.type === 'kanade.run.finished.v1')).toMatchObject({ data: { reason: { code: 'superseded' } } });
  }
});

test('events name the endpoint as their source', async () => {
  const desk = createDesk();
  await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a')));
  expect(eventsOf(desk)[0]).toMatchObject({ source: `endpoint/${endpointId}`, subject: 'run/a', data: { commandSequence: 1 } });
});
