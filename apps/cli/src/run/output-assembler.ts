/**
 * Puts one output stream of one run together from live pieces, which may be lost, repeated or overlap, and fetched ones.
 * Bytes come out once each, in order; pieces behind a gap are kept until the gap is filled.
 */
export class OutputAssembler {
  readonly #emit: (bytes: Uint8Array) => void;
  readonly #ahead = new Map<number, Uint8Array>();
  #aheadBytes = 0;
  #position = 0;

  /** Pieces ahead of a gap beyond this are dropped: they will be fetched once stored. */
  static readonly maxAheadBytes = 1024 * 1024;

  constructor(emit: (bytes: Uint8Array) => void) {
    this.#emit = emit;
  }

  /** How many bytes have come out so far: where a fetch must go on. */
  get position(): number {
    return this.#position;
  }

  /** True while pieces wait behind a gap. */
  get hasGap(): boolean {
    return this.#ahead.size > 0;
  }

  /** Takes the piece that begins at `offset`. */
  add(offset: number, bytes: Uint8Array): void {
    if (offset > this.#position) {
      this.#keepAhead(offset, bytes);
      return;
    }
    this.#advance(offset, bytes);
    this.#drainAhead();
  }

  #advance(offset: number, bytes: Uint8Array): void {
    const fresh = bytes.subarray(this.#position - offset);
    if (fresh.length === 0) return;
    this.#position += fresh.length;
    this.#emit(fresh);
  }

  #keepAhead(offset: number, bytes: Uint8Array): void {
    if (this.#ahead.has(offset) || this.#aheadBytes + bytes.length > OutputAssembler.maxAheadBytes) return;
    this.#ahead.set(offset, bytes);
    this.#aheadBytes += bytes.length;
  }

  #drainAhead(): void {
    for (const offset of [...this.#ahead.keys()].sort((a, b) => a - b)) {
      const bytes = this.#ahead.get(offset);
      if (bytes === undefined || offset > this.#position) continue;
      this.#ahead.delete(offset);
      this.#aheadBytes -= bytes.length;
      if (offset + bytes.length > this.#position) this.#advance(offset, bytes);
    }
  }
}
