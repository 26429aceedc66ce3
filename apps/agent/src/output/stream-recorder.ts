import { createHash, randomBytes } from 'node:crypto';
import { outputChunkBytes } from '@kanade/contracts';
import type { OutputStream } from '@kanade/contracts';
import type { OutputSummary } from '@kanade/messages';
import type { OutputOutbox } from '../outbox/output-outbox.ts';

interface Options {
  readonly runId: string;
  readonly stream: OutputStream;
  readonly outbox: OutputOutbox;
  /** Bytes kept of one stream; what a script prints beyond is counted as truncated. */
  readonly mostBytes: number;
}

/** The summary of a stream that printed nothing, or of which nothing was kept. */
export const emptySummary: OutputSummary = { bytes: 0, chunks: 0, digest: createHash('sha256').digest('hex') };

/** One stream of a run on its way to the disk: whole chunks are sealed as they fill, the rest is kept up to date in an unsealed one. */
export class StreamRecorder {
  readonly #options: Options;
  readonly #salt = randomBytes(16);
  readonly #digest = createHash('sha256').update(this.#salt);
  #buffer: Buffer | undefined;
  #filled = 0;
  #saved = 0;
  #sealedBytes = 0;
  #chunks = 0;
  #truncated = false;

  constructor(options: Options) {
    this.#options = options;
  }

  get truncated(): boolean {
    return this.#truncated;
  }

  /** Bytes taken so far: the offset of what comes next. */
  get position(): number {
    return this.#sealedBytes + this.#filled;
  }

  /** Takes bytes; true when a chunk went to the disk, after which the caller should let others run. */
  write(bytes: Uint8Array): boolean {
    const kept = this.#truncated ? 0 : Math.min(bytes.length, this.#options.mostBytes - this.position);
    if (kept < bytes.length) this.#truncated = true;
    let sealed = false;
    for (let offset = 0; offset < kept; ) {
      this.#buffer ??= Buffer.allocUnsafe(outputChunkBytes);
      const part = bytes.subarray(offset, Math.min(kept, offset + outputChunkBytes - this.#filled));
      this.#buffer.set(part, this.#filled);
      this.#filled += part.length;
      offset += part.length;
      if (this.#filled === outputChunkBytes) {
        this.#seal();
        sealed = true;
      }
    }
    return sealed;
  }

  /** Puts what is not sealed yet on the disk too, so that a crash loses no more than the last moment. */
  save(): void {
    if (this.#filled === this.#saved || !this.#buffer) return;
    this.#put(this.#buffer.subarray(0, this.#filled), false);
    this.#saved = this.#filled;
  }

  /** Seals what is left; throws when the disk has no room for it. */
  seal(): void {
    if (this.#filled > 0) this.#seal();
  }

  /** Gives up what could not be sealed. */
  discard(): void {
    this.#truncated = true;
    this.#filled = 0;
  }

  summary(): OutputSummary {
    if (this.#chunks === 0) return emptySummary;
    return { bytes: this.#sealedBytes, chunks: this.#chunks, digest: this.#digest.copy().digest('hex') };
  }

  #seal(): void {
    if (!this.#buffer) return;
    const bytes = this.#buffer.subarray(0, this.#filled);
    this.#put(bytes, true);
    this.#digest.update(bytes);
    this.#sealedBytes += bytes.length;
    this.#chunks++;
    this.#filled = 0;
    this.#saved = 0;
  }

  #put(bytes: Uint8Array, sealed: boolean): void {
    const { runId, stream, outbox } = this.#options;
    outbox.put({ runId, stream, n: this.#chunks, position: this.#sealedBytes, salt: this.#salt.toString('hex'), bytes }, sealed);
  }
}

/** What one stream of an interrupted run came to, from the chunks a dead agent left. */
export function summarise(outbox: OutputOutbox, runId: string, stream: OutputStream): OutputSummary {
  const digest = createHash('sha256');
  let bytes = 0;
  let chunks = 0;
  for (const chunk of outbox.chunksOf(runId, stream)) {
    if (chunks === 0) digest.update(Buffer.from(chunk.salt, 'hex'));
    digest.update(chunk.bytes);
    bytes += chunk.bytes.length;
    chunks++;
  }
  return { bytes, chunks, digest: digest.digest('hex') };
}
