import { patternsOf, shortestMasked } from './patterns.ts';

const mask = Buffer.from('***');

/** What secrets look like in output, prepared once for all streams of a run. */
export class SecretPatterns {
  /** By their first four bytes; those that begin alike, the longest first. */
  readonly #byStart = new Map<number, Buffer[]>();
  /** Beginnings too short to look up: one to three bytes, as numbers with their length. */
  readonly #beginnings = new Set<number>();

  constructor(values: readonly Buffer[]) {
    for (const pattern of values.flatMap(patternsOf)) {
      const start = pattern.readUInt32BE(0);
      const known = this.#byStart.get(start);
      if (known === undefined) this.#byStart.set(start, [pattern]);
      else known.push(pattern);
      for (let length = 1; length < shortestMasked; length++) this.#beginnings.add(beginning(pattern, 0, length));
    }
    for (const candidates of this.#byStart.values()) candidates.sort((a, b) => b.length - a.length);
  }

  /** How many bytes from `at` on are a secret; `unsure` when more bytes could make it one, or a longer one. */
  matchAt(bytes: Buffer, at: number): { readonly length: number; readonly unsure: boolean } {
    const left = bytes.length - at;
    if (left < shortestMasked) return { length: 0, unsure: this.#beginnings.has(beginning(bytes, at, left)) };
    const candidates = this.#byStart.get(bytes.readUInt32BE(at)) ?? [];
    let unsure = false;
    for (const pattern of candidates) {
      const compared = Math.min(left, pattern.length);
      if (bytes.compare(pattern, 0, compared, at, at + compared) !== 0) continue;
      if (compared === pattern.length) return { length: pattern.length, unsure };
      unsure = true;
    }
    return { length: 0, unsure };
  }
}

function beginning(bytes: Buffer, at: number, length: number): number {
  return length * 0x1000000 + bytes.readUIntBE(at, length);
}

/** Masks one stream, however its bytes are cut: what could be the beginning of a secret is held back until that is known. */
export class Masker {
  readonly #patterns: SecretPatterns;
  #held: Buffer = Buffer.alloc(0);
  /** How many of the held bytes belong to a secret whose mask has been given out. */
  #masked = 0;

  constructor(patterns: SecretPatterns) {
    this.#patterns = patterns;
  }

  /** The bytes that are known to be no secret now, secrets replaced. */
  push(bytes: Uint8Array): Buffer {
    return this.#take(Buffer.concat([this.#held, bytes]), false);
  }

  /** What was held back, when nothing more comes. */
  end(): Buffer {
    return this.#take(this.#held, true);
  }

  #take(bytes: Buffer, final: boolean): Buffer {
    const parts: Buffer[] = [];
    let maskedTo = this.#masked;
    let at = 0;
    for (; at < bytes.length; at++) {
      const { length, unsure } = this.#patterns.matchAt(bytes, at);
      if (unsure && !final) break;
      if (length === 0) continue;
      // One that overlaps the one before goes under the same mask.
      if (at >= maskedTo) parts.push(bytes.subarray(maskedTo, at), mask);
      maskedTo = Math.max(maskedTo, at + length);
    }
    if (at > maskedTo) parts.push(bytes.subarray(maskedTo, at));
    this.#held = bytes.subarray(at);
    this.#masked = Math.max(0, maskedTo - at);
    return Buffer.concat(parts);
  }
}
