import { checkpointText } from '@kanade/contracts';
import type { Checkpoint } from '@kanade/messages';
import { createSigningKey, signBytes } from '@kanade/messaging';
import { consistencyPath, leafHash, rootOf, subtreesOf, writeHash } from '@kanade/proof';
import { expect, test } from 'vitest';
import { createDesk } from '../commands/desk.spec-kit.ts';
import { silentLog } from '../log.ts';
import { Witness } from './witness.ts';

const key = createSigningKey();
const leaves = (name: string) => Array.from({ length: 40 }, (_, index) => leafHash(index < 10 ? `${index}` : `${name} ${index}`));
const ours = leaves('ours');
const others = leaves('others');

function checkpoint(all: readonly Buffer[], size: number, { signer = key, incarnation = '0badcafe' } = {}): Checkpoint {
  const statement = { incarnation, size, root: Buffer.from(rootOf(all.slice(0, size))).toString('hex'), time: '2026-01-31T12:00:00Z' };
  return { ...statement, key: key.id, signature: signBytes(signer, checkpointText(statement)) };
}
const shown = (all: readonly Buffer[], first: number, size: number) => ({ checkpoint: checkpoint(all, size), path: first > size ? null : consistencyPath(subtreesOf(all.slice(0, size)), first, size).map(writeHash) });

function setUp() {
  const { store } = createDesk();
  const reported: unknown[] = [];
  const validity = { validFrom: '2020-01-01T00:00:00Z', validUntil: '2040-01-01T00:00:00Z' };
  const keyset = () => ({ version: 1, keys: [{ id: key.id, use: 'checkpoint' as const, publicKey: key.publicKey, ...validity }] });
  const events = { append: (fact: { data: unknown }) => void reported.push(fact.data) };
  return { reported, store, witness: new Witness({ store, events, keyset, log: silentLog }), again: () => new Witness({ store, events, keyset, log: silentLog }) };
}

test('what continues what is kept takes its place, also after a restart', () => {
  const { witness, again, reported } = setUp();
  witness.look({ checkpoint: checkpoint(ours, 7), path: null });
  witness.look(shown(ours, 7, 7));
  witness.look(shown(ours, 7, 23));
  again().look(shown(ours, 23, 40));
  expect(again().kept?.size).toBe(40);
  expect(reported).toEqual([]);
});

test('a shorter record, another one, and one without a proof are reported once, and what is kept stays', () => {
  for (const [reason, bad] of [['shorter', shown(ours, 23, 9)], ['contradicts', shown(others, 23, 40)], ['contradicts', shown(others, 23, 23)], ['contradicts', { ...shown(ours, 23, 40), path: null }]] as const) {
    const { witness, again, reported } = setUp();
    witness.look({ checkpoint: checkpoint(ours, 23), path: null });
    witness.look(bad);
    again().look(bad);
    expect(reported).toEqual([{ reason, kept: checkpoint(ours, 23), shown: bad.checkpoint }]);
    expect(witness.kept?.size).toBe(23);
  }
});

test('what is signed by nobody counts for nothing, and a restored history for another', () => {
  const { witness, reported } = setUp();
  witness.look({ checkpoint: checkpoint(ours, 23), path: null });
  witness.look({ checkpoint: checkpoint(others, 9, { signer: createSigningKey() }), path: null });
  expect(witness.kept?.size).toBe(23);
  witness.look({ checkpoint: checkpoint(others, 9, { incarnation: '0badf00d' }), path: null });
  expect(witness.kept?.size).toBe(9);
  expect(reported).toEqual([]);
});
