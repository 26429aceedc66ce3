import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DiskWatch } from './disk-watch.ts';
import { dataPaths, type DataPaths } from './paths.ts';

const complaint = '[ERR] JetStream failed to store a msg: write: disk quota exceeded';
let paths: DataPaths;
let told: string[];
let unhandled: unknown[];
const note = (error: unknown) => unhandled.push(error);

beforeEach(() => {
  paths = dataPaths(mkdtempSync(join(tmpdir(), 'kanade-disk-')));
  told = [];
  unhandled = [];
  process.on('unhandledRejection', note);
  vi.useFakeTimers({ toFake: ['setTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  process.off('unhandledRejection', note);
  rmSync(paths.dataDir, { recursive: true });
});

/** Lets what has been settled be followed up, and an unheard rejection be noticed. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('the watch over the disk', () => {
  it('outlives a ballast that cannot be laid, and lays it when it can', async () => {
    const watch = new DiskWatch(paths, (line) => told.push(line), new AbortController().signal);
    // Without its folder it cannot be written, whoever this runs as.
    watch.readLine(complaint, () => undefined);
    await settle();
    expect(unhandled).toEqual([]);
    expect(told.at(-1)).toMatch(/could not set space aside.*trying again in 60 s/);
    mkdirSync(paths.broker);
    vi.advanceTimersByTime(60_000);
    expect(existsSync(join(paths.broker, 'ballast'))).toBe(true);
  });

  it('outlives a broker that cannot be restarted, and acts on the next complaint', async () => {
    const watch = new DiskWatch(paths, (line) => told.push(line), new AbortController().signal);
    const broken = () => {
      throw new Error('no such process');
    };
    watch.readLine(complaint, broken);
    await settle();
    expect(unhandled).toEqual([]);
    expect(told.at(-1)).toMatch(/could not be helped out of a full disk: no such process/);
    const before = told.length;
    watch.readLine(complaint, broken);
    await settle();
    expect(told.length).toBeGreaterThan(before);
  });
});
