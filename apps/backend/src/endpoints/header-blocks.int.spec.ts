import { subjects } from '@kanade/contracts';
import { connectAsEndpoint } from '@kanade/messaging/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { FakeAgent, makeKeys } from '../fake-agent.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;
beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
});
afterAll(() => installation.stop());

const blocks = [
  'NATS/1.0\r\n\xff\xfe: \xfd\r\n\r\n', 'NATS/1.0\r\nnothing\r\n\r\n', 'NATS/1.0\r\n: value\r\n\r\n', 'NATS/1.0 404 No Messages\r\n\r\n', 'NATS/1.0 503\r\n\r\n', 'NATS/1.0 100\r\n\r\n',
  'NATS/1.0\r\nNats-Sequence: 1\r\nNats-Subject: kanade.events.control.job.j1\r\n\r\n', 'NATS/1.0\r\na: 1\r\na: 2\r\n\r\n', 'NATS/1.0\r\nunended', `NATS/1.0\r\nlarge: ${'x'.repeat(60_000)}\r\n\r\n`,
];
const page = z.object({ items: z.array(z.object({ position: z.string(), type: z.string(), status: z.string() })) });

it('goes on past events whose header blocks cannot be read, names them as poison, and starts anew with them in the history', async () => {
  const keys = makeKeys();
  const [thief, other] = [await FakeAgent.enrol(backend, 'thief', {}, keys), await FakeAgent.enrol(backend, 'other')];
  const answer = await thief.renew(true);
  const jwt = 'credentials' in answer ? (answer.credentials?.jwt ?? '') : '';
  const plain = await connectAsEndpoint(installation.broker, { endpointId: thief.endpointId, credentials: { jwt, seed: keys.nkey.seed } });
  for (const block of blocks) for (const body of ['', '{}']) plain.publishBlock(subjects.endpointEvents(thief.endpointId), body, Buffer.from(block, 'latin1'));
  await plain.flush();
  const poisoned = async () => page.parse((await backend.call('GET', `/events?endpointId=${thief.endpointId}&status=poison&limit=500`)).body).items;
  await eventually(async () => ((await poisoned()).length === 2 * blocks.length ? true : undefined), 'all of them to be poison');
  const reported = { commandSequence: 1, reason: { code: 'expired', message: 'Too late.' } };
  const folded = async () => page.parse((await backend.call('GET', `/events?endpointId=${other.endpointId}&limit=500`)).body).items.filter(({ type, status }) => type === 'kanade.command.refused.v1' && status === 'folded').length;
  await other.append('kanade.command.refused.v1', reported);
  await eventually(async () => ((await folded()) === 1 ? true : undefined), 'another endpoint’s event to be folded');
  // Each can be looked at.
  for (const { position } of await poisoned()) {
    const { status, body } = await backend.call('GET', `/events/${position}`);
    expect({ status, subject: body['subject'] }).toEqual({ status: 200, subject: subjects.endpointEvents(thief.endpointId) });
  }
  await backend.stop();
  backend = await installation.backend();
  await other.append('kanade.command.refused.v1', reported);
  await eventually(async () => ((await folded()) === 2 ? true : undefined), 'events to be folded after a restart');
  expect(await poisoned()).toHaveLength(2 * blocks.length);
  await Promise.all([plain.close(), thief.close(), other.close()]);
});
