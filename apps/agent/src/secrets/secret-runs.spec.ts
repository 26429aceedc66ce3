import { createSealingKey, sealSecret } from '@kanade/messaging';
import type { DeliveredSecret } from '@kanade/contracts';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FakeClock, settle } from '../clock/fake-clock.spec-kit.ts';
import { createDesk, endpointId, eventsOf, runCommand, signed, storyOf } from '../commands/desk.spec-kit.ts';

const value = 'correct horse battery staple';
const use = { name: 'db', as: 'env', variable: 'DB' } as const;

function sealed(key: string, runId: string): DeliveredSecret {
  return { ...use, sealed: sealSecret(key, { runId, endpointId, name: 'db' }, Buffer.from(value)), withheld: null };
}

test('a script gets what was sealed to its endpoint; what it prints of that is kept and shown masked', async () => {
  const desk = createDesk();
  const secrets = [sealed(desk.sealing.publicKey, 'a')];
  await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a', { secrets })));
  await settle();
  expect(desk.runner.runs[0]?.secrets).toEqual([{ ...use, value: Buffer.from(value) }]);
  const sink = desk.runner.sinks.get('a');
  for (const piece of ['before correct horse', ' battery sta', 'ple after\ncorrect']) await sink?.write('stdout', Buffer.from(piece));
  await sink?.write('stderr', Buffer.from(Buffer.from(value).toString('base64')));
  desk.runner.end('a');
  await settle();
  const chunks = desk.output.pending(10).map(({ stream, bytes }) => `${stream} ${Buffer.from(bytes).toString()}`);
  expect(chunks.sort()).toEqual(['stderr ***', 'stdout before *** after\ncorrect']);
  expect(storyOf(desk)).toEqual(['accepted a', 'started a', 'succeeded a']);
});

test('the ledger keeps only what was sealed, while the run waits and after it', async () => {
  const clock = new FakeClock();
  const desk = createDesk({ clock });
  await desk.deliver(signed(desk.commandKey, 1, runCommand(clock, 'a', { secrets: [sealed(desk.sealing.publicKey, 'a')] })), 1);
  desk.store.run('PRAGMA wal_checkpoint(TRUNCATE)');
  expect(readFileSync(desk.file, 'latin1')).toContain('"sealed"');
  desk.queue.release();
  await settle();
  desk.runner.end('a');
  await settle();
  desk.store.run('PRAGMA wal_checkpoint(TRUNCATE)');
  expect(desk.runner.started).toEqual(['a']);
  expect(readFileSync(desk.file, 'latin1')).not.toContain(value);
});

test.each([
  ['was sealed to keys it had before', () => sealed(createSealingKey().publicKey, 'a'), 'secret-not-opened'],
  ['was sealed for another run', (key: string) => sealed(key, 'b'), 'secret-not-opened'],
  ['was withheld', () => ({ ...use, sealed: null, withheld: { code: 'secret-other-site', message: 'not for here' } }), 'secret-other-site'],
])('a run whose secret %s is refused with that reason, and starts no script', async (_what, make, code) => {
  const desk = createDesk();
  await desk.deliver(signed(desk.commandKey, 1, runCommand(desk.clock, 'a', { secrets: [make(desk.sealing.publicKey)] })));
  await settle();
  expect(desk.runner.started).toEqual([]);
  expect(storyOf(desk)).toEqual(['accepted a', 'refused a']);
  expect(eventsOf(desk).at(-1)).toMatchObject({ data: { reason: { code }, output: null } });
});
