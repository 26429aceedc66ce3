import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDataDir } from '../data-dir-lock.ts';
import { openDataDir } from '../data-dir.ts';
import { dataPaths, type DataPaths } from '../paths.ts';
import { holdAgents, takeOverAgents } from './take-over-agents.ts';

let scratch: string;
let from: DataPaths;
let to: DataPaths;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'kanade-agents-'));
  from = dataPaths(join(scratch, 'old'));
  to = dataPaths(join(scratch, 'new'));
  for (const paths of [from, to]) openDataDir(paths);
});
afterEach(() => rmSync(scratch, { recursive: true }));

function enrol(...path: string[]): void {
  const dir = join(...path);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dir, 'identity.json'), JSON.stringify({ endpointId: `id-of-${path.at(-1) ?? ''}` }), { mode: 0o600 });
}

describe('taking agents over into a restored data directory', () => {
  it('moves them with all they have, and leaves no second life behind', async () => {
    enrol(from.agents, 'local');
    enrol(from.simulated, 'sim-0001');
    writeFileSync(join(from.agents, 'local', 'outbox'), 'unsent');
    expect(await takeOverAgents(from, to)).toBe(2);
    expect(readFileSync(join(to.agents, 'local', 'outbox'), 'utf8')).toBe('unsent');
    expect(statSync(join(to.agents, 'local', 'identity.json')).mode & 0o777).toBe(0o600);
    expect(existsSync(from.agents) || existsSync(from.simulated)).toBe(false);
  });

  it('refuses while the old installation runs', async () => {
    enrol(from.agents, 'local');
    const running = lockDataDir(from, 'npm start');
    await expect(holdAgents(from)).rejects.toThrow(/is in use: npm start/);
    running.release();
    (await holdAgents(from)).release();
  });

  it('refuses a directory without agents', async () => {
    await expect(holdAgents(from)).rejects.toThrow(/holds no agents/);
    expect(existsSync(from.lock)).toBe(false);
  });
});
