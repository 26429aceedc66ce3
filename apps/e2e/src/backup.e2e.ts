import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointListSchema, eventListSchema, executionListSchema, resultSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { until } from './until.ts';

let kanade: Installation;
beforeAll(async () => {
  kanade = await Installation.start();
});
afterAll(async () => {
  await kanade.discard();
});

describe('backup and restore', () => {
  it('gives the same answers in another data directory; later results are sent again and nothing runs twice', async () => {
    const counter = join(kanade.dataDir, '..', 'counter');
    const count = async (name: string) => kanade.json(resultSchema, 'run', '--all', '--', `echo ${name} >> '${counter}'; echo ran ${name}`);
    const before = await count('before');
    const backup = join(kanade.dataDir, '..', 'backup');
    const made = await kanade.cli('backup', backup);
    expect(made.stderr + made.stdout).toMatch(/backup/i);
    expect(made.code).toBe(0);
    expect(execFileSync('find', [backup, '-perm', '/077'], { encoding: 'utf8' })).toBe('');
    const later = await count('later');
    const executions = await kanade.json(executionListSchema, 'execution', 'list');
    await kanade.stop();

    // The server's state is lost; the agent is where it was, ahead of what the backup knows.
    const restored = join(kanade.dataDir, '..', 'restored');
    const restore = await kanade.cli('restore', backup, '--data-dir', restored, '--agents-of', kanade.dataDir);
    expect(restore.stderr).not.toMatch(/error/i);
    expect(restore.code).toBe(0);
    const second = await Installation.start({ dataDir: restored });
    try {
      const finished = await until('the later result to have been sent again', async () => {
        const { items } = await second.json(eventListSchema, 'event', 'list', '--type', 'kanade.run.finished.v1', '--limit', '500');
        return items.some((event) => event.executionId === later.executionId) ? items : undefined;
      });
      expect(finished.filter((event) => event.executionId === later.executionId).length).toBe(1);
      const shown = await second.json(resultSchema, 'execution', 'show', before.executionId);
      expect({ ...shown, position: '' }).toEqual({ ...before, position: '' });
      const known = await second.json(executionListSchema, 'execution', 'list');
      const kept = executions.items.filter((execution) => execution.id !== later.executionId);
      expect(known.items.filter((execution) => kept.some((other) => other.id === execution.id))).toEqual(kept);
      const { items: endpoints } = await second.json(endpointListSchema, 'endpoint', 'list');
      expect(endpoints).toHaveLength(1);
      expect((await second.json(resultSchema, 'run', '--all', '--', 'echo carried on')).runs[0]?.stdout).toBe('carried on\n');
      expect(execFileSync('cat', [counter], { encoding: 'utf8' })).toBe('before\nlater\n');
    } finally {
      await second.stop();
    }
  });
});
