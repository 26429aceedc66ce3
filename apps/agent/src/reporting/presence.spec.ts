import { expect, test } from 'vitest';
import { FakeClock } from '../clock/fake-clock.spec-kit.ts';
import { Presence } from './presence.ts';

function present(conflict: () => string | undefined) {
  const beats: unknown[] = [];
  const presence = new Presence({ ledger: { active: () => ['r1'] }, clock: new FakeClock(), conflict, publish: (body) => void beats.push(JSON.parse(Buffer.from(body).toString())) });
  presence.connected();
  presence.stop();
  return beats;
}

test('a beat says what runs, and nothing of a conflict where there is none', () => {
  const [beat] = present(() => undefined);
  expect(beat).toMatchObject({ activeRuns: ['r1'] });
  expect(beat).not.toHaveProperty('conflict');
});

test('a beat of a cloned machine says why it sends no events, in the room there is for it', () => {
  expect(present(() => 'x'.repeat(400))).toEqual([expect.objectContaining({ conflict: 'x'.repeat(300) })]);
});
