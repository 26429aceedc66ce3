import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataDir } from './data-dir.ts';
import { describeFailure } from './describe-failure.ts';
import { dataPaths, type DataPaths } from './paths.ts';
import { StartupError } from './startup-error.ts';

let paths: DataPaths;
beforeEach(() => {
  paths = dataPaths(mkdtempSync(join(tmpdir(), 'kanade-failure-')));
  openDataDir(paths);
});
afterEach(() => rmSync(paths.dataDir, { recursive: true }));

describe('a failed start', () => {
  it('says what can be mended and how', () => {
    expect(describeFailure(new StartupError('The port is taken.', ['Free it.']), paths)).toBe('\nkanade: The port is taken.\n  Free it.\n');
  });

  it('shows what nobody foresaw without its stack, which the log it names has', () => {
    const log = join(paths.logs, 'supervisor.log');
    const error = new TypeError('x is not a function');
    const text = describeFailure(error, paths);
    expect(text).toContain('kanade: It could not go on: x is not a function\n');
    expect(text).toContain(log);
    expect(text).not.toMatch(/\n\s+at /);
    expect(readFileSync(log, 'utf8')).toContain(error.stack);
  });

  it('has no log to name before there is a data directory', () => {
    expect(describeFailure('odd', undefined)).toMatch(/^\nkanade: It could not go on: odd\n {2}Start again/);
  });
});
