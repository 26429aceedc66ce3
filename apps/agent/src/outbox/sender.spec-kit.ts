import { chainStart, headers } from '@kanade/contracts';
import { chainHash, createSigningKey, sha256Hex, verifyBytes } from '@kanade/messaging';
import type { StoredMessage } from '@kanade/messaging';
import { expect, onTestFinished } from 'vitest';
import { settle } from '../clock/fake-clock.spec-kit.ts';
import { createDesk } from '../commands/desk.spec-kit.ts';
import type { Desk } from '../commands/desk.spec-kit.ts';
import { silentLog } from '../log.ts';
import { EventSender } from './event-sender.ts';
import type { Fact } from './facts.ts';
import { History } from './history.spec-kit.ts';
import { OutputSender } from './output-sender.ts';

const signingKey = createSigningKey();

const started = (reason: 'restart' | 'epoch-opened'): Fact => ({
  type: 'kanade.agent.started.v1',
  data: {
    agentVersion: '0.0.0',
    hostname: 'host',
    os: { family: 'linux', name: 'Debian', version: '12', architecture: 'x64' },
    bootId: 'boot',
    shells: [],
    reason,
  },
});

/** The nth fact. */
export const fact = (n: number): Fact => ({ type: 'kanade.command.refused.v1', data: { commandSequence: n, reason: { code: 'expired', message: `fact ${n}` } } });

/** A desk's senders over a history; stopped with the test. */
export function createSender(desk: Desk, history: History) {
  const shared = { clock: desk.clock, log: silentLog };
  const sender = new EventSender({ ...desk, ...shared, transport: history, signingKey, openingFact: () => started('epoch-opened') });
  const outputSender = new OutputSender({ output: desk.output, ...shared, transport: history, onStored: () => sender.wake() });
  desk.events.onAppend(() => sender.wake());
  desk.output.onSealed(() => outputSender.wake());
  sender.start();
  outputSender.start();
  const connect = () => {
    sender.connected();
    outputSender.connected();
    return settle();
  };
  onTestFinished(async () => {
    await Promise.all([sender.stop(), outputSender.stop()]);
  });
  return { sender, outputSender, connect };
}

/** A desk, a history, and senders between them. */
export function setUp() {
  const desk = createDesk();
  const history = new History(desk.events.subject);
  return { desk, history, ...createSender(desk, history) };
}

/** The facts a history holds, in order: numbers of `fact`, words for the rest. */
export const told = (history: History) => history.bodies.map((body) => /fact (\d+)/.exec(body)?.[1] ?? /"reason":"([a-z-]+)"/.exec(body)?.[1] ?? '?');

/** Expects a chain without a gap, signed at its end. */
export function expectWholeChain(events: readonly StoredMessage[], subject: string): void {
  let previous = chainStart;
  let epoch = '1';
  let sequence = 0;
  for (const event of events) {
    if (event.headers[headers.epoch] !== epoch) {
      epoch = event.headers[headers.epoch] ?? '';
      previous = chainStart;
      sequence = 0;
    }
    sequence++;
    expect(event.headers).toMatchObject({ [headers.sequence]: String(sequence), [headers.previous]: previous });
    previous = chainHash({ subject, epoch: Number(epoch), sequence, previous, bodyDigest: sha256Hex(event.body) });
    const signature = event.headers[headers.signature];
    if (signature !== undefined) expect(verifyBytes(signingKey.publicKey, previous, signature)).toBe(true);
  }
  expect(events.at(-1)?.headers[headers.key]).toBe(signingKey.id);
}
