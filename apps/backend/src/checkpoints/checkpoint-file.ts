import { closeSync, fsyncSync, mkdirSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { checkpointSchema } from '@kanade/contracts';
import type { Checkpoint } from '@kanade/contracts';

/** As much of the file's end is read at start: some 15,000 checkpoints. */
const tailBytes = 4 * 1024 * 1024;

function readTail(file: string): string {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return '';
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(size, tailBytes));
    readSync(handle, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString();
  } finally {
    closeSync(handle);
  }
}

function parseLine(line: string): Checkpoint | undefined {
  try {
    return checkpointSchema.safeParse(JSON.parse(line)).data;
  } catch {
    // The first line of the tail may be half a one, and so may the last after a crash: what else is wrong shows in that no checkpoint is there.
    return undefined;
  }
}

/** Every checkpoint that was signed, a line each, only ever appended to: a witness, if it lies where whoever has the backend cannot alter it. */
export class CheckpointFile {
  constructor(private readonly file: string) {}

  /** The newest ones that stand in it, oldest first. */
  read(): Checkpoint[] {
    return readTail(this.file).split('\n').flatMap((line) => (line === '' ? [] : (parseLine(line) ?? [])));
  }

  /** On the disk when it returns. */
  append(checkpoint: Checkpoint): void {
    mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
    const handle = openSync(this.file, 'a', 0o600);
    try {
      // A line that a crash cut short must not swallow this one.
      writeSync(handle, `${this.isCutShort() ? '\n' : ''}${JSON.stringify(checkpoint)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  }

  private isCutShort(): boolean {
    const size = statSync(this.file).size;
    if (size === 0) return false;
    const handle = openSync(this.file, 'r');
    try {
      const last = Buffer.alloc(1);
      readSync(handle, last, 0, 1, size - 1);
      return last.toString() !== '\n';
    } finally {
      closeSync(handle);
    }
  }
}
