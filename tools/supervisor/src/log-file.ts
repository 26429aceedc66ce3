import { closeSync, fstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

const maxBytes = 5 * 1024 * 1024;
const kept = 3;

/** A child's log: appended to, rotated by size, never a reason to fail. */
export class LogFile {
  readonly path: string;
  readonly #maxBytes: number;
  #fd: number | undefined;
  #size = 0;

  constructor(path: string, limit = maxBytes) {
    this.path = path;
    this.#maxBytes = limit;
  }

  /** Appends; a full disk loses the line, not the service. */
  write(chunk: string | Uint8Array): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    try {
      const fd = this.#open();
      this.#size += writeSync(fd, bytes);
      if (this.#size > this.#maxBytes) this.#rotate();
    } catch {
      this.close();
    }
  }

  close(): void {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
  }

  #open(): number {
    if (this.#fd === undefined) {
      this.#fd = openSync(this.path, 'a', 0o600);
      this.#size = fstatSync(this.#fd).size;
    }
    return this.#fd;
  }

  #rotate(): void {
    this.close();
    rmSync(`${this.path}.${kept}`, { force: true });
    for (let age = kept - 1; age >= 1; age -= 1) moveIfThere(`${this.path}.${age}`, `${this.path}.${age + 1}`);
    moveIfThere(this.path, `${this.path}.1`);
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
