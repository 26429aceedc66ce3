import { LineDecoder } from './line-decoder.ts';

export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** What is shown in one row: a line of text, or a range of bytes that is not here. */
export type OutputRow = { readonly kind: 'line'; readonly text: string } | ({ readonly kind: 'gap' } & ByteRange);

interface Segment {
  readonly start: number;
  end: number;
  readonly chunks: Uint8Array[];
  readonly lines: LineDecoder;
}

const newline = 0x0a;

function segmentOf(start: number, chunks: readonly Uint8Array[]): Segment {
  const segment: Segment = { start, end: start, chunks: [], lines: new LineDecoder() };
  for (const chunk of chunks) extend(segment, chunk);
  return segment;
}

function extend(segment: Segment, chunk: Uint8Array): void {
  segment.chunks.push(chunk);
  segment.lines.append(chunk);
  segment.end += chunk.byteLength;
}

/**
 * One output stream of a run, put together from pieces that are fetched and pieces that arrive live, in any order,
 * overlapping or with holes. The first bytes stored for an offset win; they can only be the same.
 */
export class OutputBuffer {
  #segments: Segment[] = [];
  #total = 0;
  #forgotten = 0;
  #held = 0;
  #limit: number;
  #version = 0;
  readonly #listeners = new Set<() => void>();

  /** Holds about `limitBytes`; beyond that the earliest are let go. */
  constructor(limitBytes = 4 * 1024 * 1024) {
    this.#limit = limitBytes;
  }

  readonly getVersion = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Bytes the stream is known to have, held here or not. */
  get total(): number {
    return Math.max(this.#total, this.#segments.at(-1)?.end ?? 0);
  }

  /** Up to here, bytes that were held have been let go; fetching them again by itself would only push out others. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** Tells that the stream has at least so many bytes. */
  expect(total: number): void {
    if (total <= this.total) return;
    this.#total = total;
    this.#changed();
  }

  /** Has everyone who shows the stream look again. */
  touch(): void {
    this.#changed();
  }

  /** Adds bytes that stand at `offset` of the stream. */
  insert(offset: number, bytes: Uint8Array): void {
    let at = offset;
    const end = offset + bytes.byteLength;
    for (const segment of [...this.#segments]) {
      if (segment.end <= at || segment.start >= end) continue;
      if (segment.start > at) this.#place(at, bytes.slice(at - offset, segment.start - offset));
      at = segment.end;
    }
    if (at < end) this.#place(at, bytes.slice(at - offset));
    this.#letGo();
    this.#changed();
  }

  /** Raises the limit, for bytes somebody asked to see. */
  makeRoom(bytes: number): void {
    this.#limit += bytes;
  }

  /** The ranges that are not here, in order. */
  missing(): ByteRange[] {
    const gaps: ByteRange[] = [];
    let at = 0;
    for (const { start, end } of this.#segments) {
      if (start > at) gaps.push({ from: at, to: start });
      at = end;
    }
    if (this.total > at) gaps.push({ from: at, to: this.total });
    return gaps;
  }

  get rowCount(): number {
    return this.missing().length + this.#segments.reduce((sum, { lines }) => sum + lines.count, 0);
  }

  row(index: number): OutputRow | undefined {
    let first = 0;
    let at = 0;
    for (const { start, end, lines } of this.#segments) {
      if (start > at) {
        if (index === first) return { kind: 'gap', from: at, to: start };
        first += 1;
      }
      if (index < first + lines.count) return { kind: 'line', text: lines.line(index - first) };
      first += lines.count;
      at = end;
    }
    return index === first && this.total > at ? { kind: 'gap', from: at, to: this.total } : undefined;
  }

  #place(start: number, bytes: Uint8Array): void {
    this.#held += bytes.byteLength;
    const next = this.#segments.findIndex((segment) => segment.start >= start + bytes.byteLength);
    const at = next === -1 ? this.#segments.length : next;
    const before = this.#segments[at - 1];
    const after = this.#segments[at];
    const joins = after?.start === start + bytes.byteLength ? after : undefined;
    if (before?.end === start) {
      for (const chunk of [bytes, ...(joins?.chunks ?? [])]) extend(before, chunk);
      if (joins) this.#segments.splice(at, 1);
    } else {
      this.#segments.splice(at, joins ? 1 : 0, segmentOf(start, [bytes, ...(joins?.chunks ?? [])]));
    }
  }

  /** A quarter goes at once: letting go means decoding what stays anew. */
  #letGo(): void {
    if (this.#held <= this.#limit) return;
    while (this.#held > this.#limit * 0.75) {
      const first = this.#segments[0];
      const chunk = first?.chunks[0];
      if (!first || !chunk) return;
      if (first.chunks.length === 1) {
        if (this.#segments.length === 1) return;
        this.#segments.shift();
        this.#held -= chunk.byteLength;
        this.#forgotten = Math.max(this.#forgotten, first.end);
      } else {
        this.#dropFrom(first);
      }
    }
  }

  #dropFrom(first: Segment): void {
    const keep = [...first.chunks];
    let start = first.start;
    while (keep.length > 1 && this.#held > this.#limit * 0.75) {
      const dropped = keep.shift();
      start += dropped?.byteLength ?? 0;
      this.#held -= dropped?.byteLength ?? 0;
    }
    // What stays begins with a whole line.
    const cut = (keep[0]?.indexOf(newline) ?? -1) + 1;
    if (keep[0] && cut > 0 && cut < keep[0].byteLength) {
      keep[0] = keep[0].subarray(cut);
      start += cut;
      this.#held -= cut;
    }
    this.#segments[0] = segmentOf(start, keep);
    this.#forgotten = Math.max(this.#forgotten, start);
  }

  #changed(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}
