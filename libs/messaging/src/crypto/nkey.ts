import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { MessagingError } from '../errors.ts';

/** A NATS key pair in its text form: `seed` is secret (`S…`), `publicKey` begins with U, A or O. */
export interface Nkey {
  readonly seed: string;
  readonly publicKey: string;
}
export type NkeyKind = 'user' | 'account' | 'operator';

const prefixes: Readonly<Record<NkeyKind, number>> = { user: 20 << 3, account: 0, operator: 14 << 3 };
const seedPrefix = 18 << 3;
const pkcs8Header = Buffer.from('302e020100300506032b657004220420', 'hex');
const spkiHeader = Buffer.from('302a300506032b6570032100', 'hex');
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}

function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += alphabet.charAt((value >>> bits) & 31);
    }
  }
  return bits > 0 ? text + alphabet.charAt((value << (5 - bits)) & 31) : text;
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const letter of text) {
    const index = alphabet.indexOf(letter);
    if (index < 0) throw new MessagingError('invalid', 'an NKey holds a letter that is not base32');
    value = ((value << 5) | index) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >>> bits) & 0xff);
    }
  }
  return Buffer.from(bytes);
}

function encode(payload: Uint8Array): string {
  const crc = crc16(payload);
  return toBase32(Buffer.concat([payload, Buffer.from([crc & 0xff, crc >> 8])]));
}

function decode(text: string, what: string): Buffer {
  const bytes = fromBase32(text);
  const payload = bytes.subarray(0, -2);
  if (bytes.length < 4 || bytes.readUInt16LE(bytes.length - 2) !== crc16(payload)) {
    throw new MessagingError('invalid', `${what} is not an NKey: its checksum does not fit`);
  }
  return payload;
}

/** Makes a new NATS key pair; Ed25519 by node:crypto, as the NATS libraries' own is a hundred times slower. */
export function generateNkey(kind: NkeyKind): Nkey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const raw = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  const prefix = prefixes[kind];
  const seed = encode(Buffer.concat([Buffer.from([seedPrefix | (prefix >> 5), (prefix & 31) << 3]), raw]));
  return { seed, publicKey: publicKeyOf(seed) };
}

/** The private key of a seed; throws `invalid` for anything else. */
export function privateKeyOf(seed: string): KeyObject {
  const payload = decode(seed.trim(), 'the seed');
  const [first = 0] = payload;
  if (payload.length !== 34 || (first & 0xf8) !== seedPrefix) throw new MessagingError('invalid', 'the text is not an NKey seed');
  return createPrivateKey({ key: Buffer.concat([pkcs8Header, payload.subarray(2)]), format: 'der', type: 'pkcs8' });
}

/** The public key (`U…`, `A…`, `O…`) of a seed. */
export function publicKeyOf(seed: string): string {
  const [first = 0, second = 0] = decode(seed.trim(), 'the seed');
  const prefix = ((first & 7) << 5) | (second >> 3);
  const raw = createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' }).subarray(-32);
  return encode(Buffer.concat([Buffer.from([prefix]), raw]));
}

/** Raw Ed25519 signature by a seed's key: the server's nonce, or a JWT. */
export function signWithSeed(seed: string, bytes: Uint8Array): Buffer {
  return sign(null, bytes, privateKeyOf(seed));
}

/** True when `signature` over `bytes` is by the holder of a public NKey. */
export function verifyWithNkey(publicKey: string, bytes: Uint8Array, signature: Uint8Array): boolean {
  const raw = decode(publicKey, 'the public key').subarray(1);
  return verify(null, bytes, createPublicKey({ key: Buffer.concat([spkiHeader, raw]), format: 'der', type: 'spki' }), signature);
}

/** The same for a text, base64url. */
export function signTextWithSeed(seed: string, text: string): string {
  return signWithSeed(seed, Buffer.from(text)).toString('base64url');
}

/** True when `signature` (base64url) over `text` is by the holder of a public user NKey; false for whatever is none of these. */
export function verifyTextWithNkey(publicKey: string, text: string, signature: string): boolean {
  return isUserNkey(publicKey) && verifyWithNkey(publicKey, Buffer.from(text), Buffer.from(signature, 'base64url'));
}

/** True for a well-formed public user key, checksum included. */
export function isUserNkey(text: string): boolean {
  if (!/^U[A-Z2-7]{55}$/.test(text)) return false;
  const bytes = fromBase32(text);
  return bytes.readUInt16LE(bytes.length - 2) === crc16(bytes.subarray(0, -2));
}
