import { createHash } from 'node:crypto';
import { existsSync, fstatSync, readFileSync, readSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sealSchema, signedSealSchema, signedText } from '@kanade/contracts';
import type { Seal, SealedSegment, SignedSeal } from '@kanade/contracts';
import { sha256Hex, verifyBytes } from '@kanade/proof';
import type { PublicSigningKey } from '@kanade/proof';
import { historyDirectory, syncDirectory } from './directory.ts';
import { withFile } from './segment.ts';

const sealName = /^seal-(\d{12,})\.json$/;
const pieceBytes = 1024 * 1024;

/** A seal that lies in the archive. */
export interface StoredSeal {
  readonly seal: Seal;
  readonly signed: SignedSeal;
  readonly file: string;
}

/** The text that the checkpoint key signs for a seal. */
export const sealText = (body: string): string => signedText('seal', 'kanade.archive', sha256Hex(body));

/** How far the seals of a directory reach; 0 where there is none. Their files' names are enough. */
export function sealedThrough(directory: string): number {
  if (!existsSync(directory)) return 0;
  return Math.max(0, ...readdirSync(directory).map((name) => Number(sealName.exec(name)?.[1] ?? 0)));
}

function hashBeginning(file: string, bytes: number): string | undefined {
  return withFile(file, (fd) => {
    if (fstatSync(fd).size < bytes) return undefined;
    const hash = createHash('sha256');
    const piece = Buffer.alloc(Math.min(pieceBytes, bytes));
    for (let offset = 0; offset < bytes; ) {
      const read = readSync(fd, piece, 0, Math.min(piece.length, bytes - offset), offset);
      if (read === 0) return undefined;
      hash.update(piece.subarray(0, read));
      offset += read;
    }
    return hash.digest('hex');
  });
}

/** A part of a segment's file, as a seal names it. Throws where the file is shorter. */
export function describeSegment(root: string, segment: Omit<SealedSegment, 'sha256'>): SealedSegment {
  const sha256 = hashBeginning(join(root, segment.name), segment.bytes);
  if (sha256 === undefined) throw new Error(`${segment.name} has fewer than ${segment.bytes} bytes`);
  return { ...segment, sha256 };
}

/** Writes a seal beside the newest segments it speaks of; one over as much that is there already is replaced. */
export function writeSeal(root: string, seal: Seal, sign: (text: string) => { readonly key: string; readonly signature: string }): StoredSeal {
  const body = JSON.stringify(seal);
  const signed = { body, ...sign(sealText(body)) };
  const directory = historyDirectory(root, seal.incarnation);
  const file = join(directory, `seal-${String(seal.size).padStart(12, '0')}.json`);
  writeFileSync(`${file}.new`, `${JSON.stringify(signed)}\n`, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
  syncDirectory(directory);
  return { seal, signed, file };
}

function readSeal(file: string): StoredSeal {
  const signed = signedSealSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { seal: sealSchema.parse(JSON.parse(signed.body)), signed, file };
}

/** The seals of one history, the one that reaches furthest last. Throws on a file that is none. */
export function readSeals(root: string, incarnation: string): StoredSeal[] {
  const directory = historyDirectory(root, incarnation);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => sealName.test(name))
    .map((name) => readSeal(join(directory, name)))
    .sort((one, other) => one.seal.size - other.seal.size);
}

/** Why a seal does not hold, in English: its signature, that it leaves something out, or a file that is not the one that was sealed. */
export function sealFault(root: string, { seal, signed }: StoredSeal, keys: readonly PublicSigningKey[]): string | undefined {
  const key = keys.find(({ id }) => id === signed.key);
  if (key === undefined) return `it is signed by ${signed.key}, a key that is not known here`;
  if (!verifyBytes(key.publicKey, sealText(signed.body), signed.signature)) return 'its signature does not fit it';
  const ends = [0, ...seal.segments.map(({ last }) => last)];
  const gap = seal.segments.find(({ first }, index) => first !== (ends[index] ?? 0) + 1);
  if (gap !== undefined || ends.at(-1) !== seal.size) return 'its segments are not the whole beginning of the record';
  for (const { name, bytes, sha256 } of seal.segments) {
    const file = join(root, name);
    if (!existsSync(file)) return `${name} is missing`;
    if (hashBeginning(file, bytes) !== sha256) return `${name} is not the file that was sealed`;
  }
  return undefined;
}
