import { createSigningKey } from '@kanade/messaging';
import type { RenewAnswer } from '@kanade/messages';
import { expect, test } from 'vitest';
import { timeText } from '../clock/clock.ts';
import { settle } from '../clock/fake-clock.spec-kit.ts';
import { createDesk, endpointId, keysetOf } from '../commands/desk.spec-kit.ts';
import type { StoredIdentity } from '../identity/identity.ts';
import { silentLog } from '../log.ts';
import { BackendTime } from './backend-time.ts';
import { Renewer } from './renewer.ts';

const stored: StoredIdentity = {
  version: 1,
  endpointId,
  urls: [],
  ca: null,
  root: '',
  simulated: true,
  keys: { nkeySeed: '', nkey: '', signingKey: '', sealingKey: '', recordKey: '' },
  jwt: '',
  renewalJwt: '',
  keyset: { body: '', signature: '' },
};

function setUp() {
  const { clock, store } = createDesk();
  const backendTime = new BackendTime(clock, store);
  const identity = { stored, ways: [], keyset: keysetOf(createSigningKey()), pinKeyset: () => 'known' as const, takeCredentials: () => undefined };
  const renewer = new Renewer({ identity, backendTime, witness: { kept: undefined, look: () => undefined }, clock, log: silentLog });
  const asked: PromiseWithResolvers<Uint8Array>[] = [];
  const renew = () => {
    const answer = Promise.withResolvers<Uint8Array>();
    asked.push(answer);
    return answer.promise;
  };
  const answer: RenewAnswer = { keyset: { body: '', signature: '' }, time: timeText(clock.now() + 60_000), credentials: null };
  return { clock, backendTime, renewer, asked, connection: { renew, reconnect: () => Promise.resolve() }, answer: Buffer.from(JSON.stringify(answer)) };
}

async function isSettled(promise: Promise<void>): Promise<boolean> {
  let settled = false;
  void promise.then(() => (settled = true));
  await settle();
  return settled;
}

test('the backend is heard when it answered on this connection, and asked again when the clock was set', async () => {
  const { clock, backendTime, renewer, asked, connection, answer } = setUp();
  renewer.connected(connection);
  const heard = renewer.heard();
  expect([await isSettled(heard), backendTime.known]).toEqual([false, false]);
  asked[0]?.resolve(answer);
  expect([await isSettled(heard), backendTime.known]).toEqual([true, true]);
  await renewer.heard();
  expect(asked).toHaveLength(1);
  clock.jump(-3_600_000);
  const again = renewer.heard();
  expect(await isSettled(again)).toBe(false);
  asked[1]?.resolve(answer);
  await again;
  expect(backendTime.known).toBe(true);
});

test('a backend that does not answer holds nobody up for longer than that takes', async () => {
  const { backendTime, renewer, asked, connection } = setUp();
  renewer.connected(connection);
  asked[0]?.reject(new Error('timeout'));
  await renewer.heard();
  await renewer.heard();
  expect([asked.length, backendTime.known]).toEqual([1, false]);
});
