import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { saveStream } from './save-stream.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanade-save-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function* pieces(end?: Error): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from('one '));
  yield Buffer.from('two');
  if (end !== undefined) throw end;
}

describe('saving a stream', () => {
  it('makes a file of all of it that only its owner can read', async () => {
    await saveStream(pieces(), join(folder, 'out'));
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('one two');
    expect(statSync(join(folder, 'out')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['out']);
  });

  it('leaves what was there, and nothing else, when it breaks off', async () => {
    writeFileSync(join(folder, 'out'), 'before');
    await expect(saveStream(pieces(new TypeError('terminated')), join(folder, 'out'))).rejects.toThrow('terminated');
    expect(readFileSync(join(folder, 'out'), 'utf8')).toBe('before');
    expect(readdirSync(folder)).toEqual(['out']);
  });
});
