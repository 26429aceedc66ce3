import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogFile } from './log-file.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kanade-log-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

describe('a log', () => {
  it('is private, appended to, and keeps its last three predecessors', () => {
    const log = new LogFile(join(dir, 'a.log'), 10);
    for (let n = 1; n <= 6; n += 1) log.write(`line ${n} long\n`);
    log.write('short\n');
    log.close();
    expect(readFileSync(log.path, 'utf8')).toBe('short\n');
    expect(readFileSync(`${log.path}.1`, 'utf8')).toBe('line 6 long\n');
    expect(readFileSync(`${log.path}.3`, 'utf8')).toBe('line 4 long\n');
    expect(existsSync(`${log.path}.4`)).toBe(false);
    expect(statSync(log.path).mode & 0o777).toBe(0o600);
  });

  it('that cannot be written loses lines and nothing else', () => {
    const log = new LogFile(join(dir, 'missing', 'a.log'));
    expect(() => log.write('lost')).not.toThrow();
  });
});
