import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyId } from '@kanade/proof';
import type { StoredMessage } from '@kanade/proof';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ArchiveReader, ArchiveWriter, describeSegment, examineArchive, leafOf, readSeals, sealFault, writeSeal } from './index.ts';

const incarnation = '0badcafe';
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kanade-seal-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const event = (sequence: number): StoredMessage => ({ sequence, subject: 'kanade.events.endpoint.e1', recordedAt: sequence, headers: {}, body: Buffer.from(`{"n":${sequence}}`) });
const events = (first: number, last: number): StoredMessage[] => Array.from({ length: last - first + 1 }, (_, index) => event(first + index));
const segments = (): string[] => readdirSync(join(root, incarnation)).filter((name) => name.startsWith('events-')).sort().map((name) => join(root, incarnation, name));
const examine = (last: number) => examineArchive(new ArchiveReader(root, incarnation), last, (sequence) => leafOf(event(sequence)));

function write(batches: readonly (readonly StoredMessage[])[], segmentEvents = 100): void {
  const writer = new ArchiveWriter({ root, incarnation, segmentEvents });
  for (const batch of batches) writer.append(batch);
  writer.close();
}

function createKey() {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64url');
  const id = keyId(publicKey);
  return { id, publicKey, sign: (text: string) => ({ key: id, signature: sign(null, Buffer.from(text), pair.privateKey).toString('base64url') }) };
}

function seal(size: number, key = createKey()) {
  const parts = new ArchiveReader(root, incarnation).segmentParts(size).map((part) => describeSegment(root, part));
  writeSeal(root, { incarnation, size, root: 'a'.repeat(64), time: '2026-01-01T00:00:00.000Z', segments: parts }, key.sign);
  return { key, fault: () => readSeals(root, incarnation).map((stored) => sealFault(root, stored, [key])) };
}

it('a seal holds while the archive grows behind it, also when its last segment is completed', () => {
  write([events(1, 100), ...events(101, 140).map((message) => [message])]);
  const { fault } = seal(120);
  expect(readSeals(root, incarnation)[0]?.seal.segments.map(({ first, last }) => [first, last])).toEqual([[1, 100], [101, 120]]);
  write([events(141, 200), events(201, 210)]);
  expect(segments()).toHaveLength(3);
  expect(fault()).toEqual([undefined]);
  expect(new ArchiveReader(root, incarnation).has({ first: 1, last: 210 })).toBe(true);
});

it('a seal does not hold once a file, its text or its key is another one', () => {
  write([events(1, 100), events(101, 120)]);
  const { fault, key } = seal(120);
  const [first = '', last = ''] = segments();
  const sound = readFileSync(first);
  const altered = Buffer.from(sound);
  altered.writeUInt8(altered.readUInt8(100) ^ 1, 100);
  writeFileSync(first, altered);
  expect(fault()).toEqual([expect.stringContaining('events-000000000001.ndjson.zst is not the file that was sealed')]);
  writeFileSync(first, sound);
  truncateSync(last, statSync(last).size - 1);
  expect(fault()).toEqual([expect.stringContaining('events-000000000101.ndjson.zst is not the file that was sealed')]);
  rmSync(last);
  expect(fault()).toEqual([expect.stringContaining('is missing')]);
  const [stored] = readSeals(root, incarnation);
  if (stored === undefined) throw new Error('there is no seal');
  expect(sealFault(root, stored, [createKey()])).toContain('not known here');
  expect(sealFault(root, { ...stored, signed: { ...stored.signed, body: stored.signed.body.replace('"size":120', '"size":121') } }, [key])).toBe('its signature does not fit it');
});

it('a seal that leaves out a segment does not hold', () => {
  write([events(1, 100), events(101, 200), events(201, 220)]);
  const key = createKey();
  const parts = new ArchiveReader(root, incarnation).segmentParts().map((part) => describeSegment(root, part));
  const shared = { incarnation, size: 220, root: 'a'.repeat(64), time: '2026-01-01T00:00:00.000Z' };
  for (const left of [0, 1, 2]) {
    const stored = writeSeal(root, { ...shared, segments: parts.filter((_, index) => index !== left) }, key.sign);
    expect(sealFault(root, stored, [key])).toBe('its segments are not the whole beginning of the record');
  }
});

it('an archive is read whole, and each defect has its positions', () => {
  write([events(1, 100), events(101, 150), events(161, 200)]);
  expect(examine(150)).toMatchObject({ root: expect.stringMatching(/^[0-9a-f]{64}$/), defects: [] });
  expect(examine(200)).toMatchObject({ root: null, defects: [{ kind: 'missing', first: 151, last: 160 }] });
  const reader = new ArchiveReader(root, incarnation);
  const other = examineArchive(reader, 150, (sequence) => leafOf(sequence === 77 ? { ...event(77), recordedAt: 0 } : event(sequence)));
  expect(other.defects).toMatchObject([{ kind: 'altered', first: 77, last: 77 }]);
  const [first = ''] = segments();
  const bytes = readFileSync(first);
  bytes.writeUInt8(bytes.readUInt8(100) ^ 1, 100);
  writeFileSync(first, bytes);
  expect(examine(170)).toMatchObject({ root: null, defects: [{ kind: 'damaged', first: 1, last: 100 }, { kind: 'missing', first: 151, last: 160 }] });
});
