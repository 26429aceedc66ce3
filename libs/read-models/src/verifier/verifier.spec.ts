import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { headers as names } from '@kanade/contracts';
import { readLink, replacedKeyReason } from '@kanade/proof';
import type { StoredMessage } from '../fold/message.ts';
import { TestHistory, enrol, rekey } from '../testing/index.ts';
import { deleteVerifier, openVerdicts, openVerifier } from './verifier.ts';

const { privateKey } = generateKeyPairSync('ed25519');
const signatureOf = (text: string): string => sign(null, Buffer.from(text), privateKey).toString('base64url');
// Signatures themselves are the messaging library's business; here one holds when it is the one made for the text.
const options = {
  incarnation: '0badcafe',
  verifyControl: () => undefined,
  verifySignature: (publicKey: string, text: string, signature: string) => publicKey.startsWith('signing-e1') && signature === signatureOf(text),
  keyId: (publicKey: string) => `id-of-${publicKey}`,
};

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kanade-verifier-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const event = (history: TestHistory): StoredMessage =>
  history.endpoint('e1', 'kanade.command.refused.v1', { commandSequence: 1, reason: { code: 'expired', message: 'Too late.' } });
const withHeaders = (message: StoredMessage, headers: Record<string, string>): StoredMessage => ({ ...message, headers: { ...message.headers, ...headers } });
const signed = (message: StoredMessage, key = 'id-of-signing-e1'): StoredMessage =>
  withHeaders(message, { [names.signature]: signatureOf(readLink(message)?.hash ?? ''), [names.key]: key });

function verify(make: (history: TestHistory) => StoredMessage[]) {
  const history = new TestHistory();
  const enrolled = enrol(history, 'e1');
  const verifier = openVerifier(directory, options);
  const invalid = verifier.verify([enrolled, ...make(history)]);
  verifier.close();
  return invalid;
}

describe('the verifier', () => {
  it('finds nothing where every head is signed', () => {
    expect(verify((history) => [signed(event(history)), signed(event(history))])).toEqual([]);
  });

  it('lets the head of a batch vouch for the events it links to', () => {
    expect(verify((history) => [
      withHeaders(event(history), { 'Nats-Batch-Id': 'b' }),
      withHeaders(event(history), { 'Nats-Batch-Id': 'b' }),
      signed(withHeaders(event(history), { 'Nats-Batch-Id': 'b', 'Nats-Batch-Commit': '1' })),
    ])).toEqual([]);
  });

  it.each([
    ['an event without a signature', (history: TestHistory) => [event(history)], 'the event is not signed'],
    ['a head without a signature', (history: TestHistory) => [withHeaders(event(history), { 'Nats-Batch-Id': 'b', 'Nats-Batch-Commit': '1' })], 'the event is not signed'],
    ['the signature of another event', (history: TestHistory) => {
      const first = signed(event(history));
      const second = event(history);
      return [first, withHeaders(second, { [names.signature]: first.headers[names.signature] ?? '', [names.key]: 'id-of-signing-e1' })];
    }, 'the signature does not fit the event'],
    ['the key of somebody else', (history: TestHistory) => [signed(event(history), 'id-of-another')], 'the event names a key that is not this endpoint’s'],
  ])('finds %s', (_what, make, reason) => {
    expect(verify(make)).toEqual([expect.objectContaining({ endpointId: 'e1', reason })]);
  });

  it('believes each key of an endpoint for its own time, and knows the one that was replaced', () => {
    const late = { endpointId: 'e1', sequence: 4, reason: replacedKeyReason };
    expect(verify((history) => {
      const before = signed(event(history));
      const rekeyed = rekey(history, 'e1');
      const after = signed(event(history));
      history.openEpoch('e1');
      return [before, rekeyed, after, signed(event(history), 'id-of-signing-e1-2')];
    })).toEqual([late]);
    const forged = (message: StoredMessage) => withHeaders(message, { [names.signature]: 'forged', [names.key]: 'id-of-signing-e1' });
    deleteVerifier(directory);
    expect(verify((history) => [rekey(history, 'e1'), forged(event(history))])).toEqual([{ endpointId: 'e1', sequence: 3, reason: 'the event names a key that is not this endpoint’s' }]);
  });

  it('finds what no signature will ever cover', () => {
    expect(verify((history) => {
      const orphan = withHeaders(event(history), { 'Nats-Batch-Id': 'b' });
      history.openEpoch('e1');
      return [orphan, signed(event(history))];
    })).toEqual([{ endpointId: 'e1', sequence: 2, reason: 'no signature covers the event' }]);
  });

  it('remembers where it was and what it found', () => {
    const history = new TestHistory();
    const messages = [enrol(history, 'e1'), signed(event(history)), event(history)];
    const verifier = openVerifier(directory, options);
    verifier.verify(messages.slice(0, 2));
    const verdicts = openVerdicts(directory);
    expect([verdicts.verdict(2), verdicts.verdict(3)]).toEqual(['valid', 'pending']);
    verifier.verify(messages.slice(2));
    expect(verdicts.verdict(3)).toBe('invalid');
    expect(verdicts.invalid()).toEqual([{ endpointId: 'e1', sequence: 3, reason: 'the event is not signed' }]);
    verdicts.close();
    verifier.close();
    const again = openVerifier(directory, options);
    expect([again.checkpoint, again.invalidCount(), again.sameHistory]).toEqual([3, 1, true]);
    again.close();
    const foreign = openVerifier(directory, { ...options, incarnation: '12345678' });
    expect(foreign.sameHistory).toBe(false);
    foreign.close();
    deleteVerifier(directory);
    expect(openVerifier(directory, options).checkpoint).toBe(0);
  });
});
