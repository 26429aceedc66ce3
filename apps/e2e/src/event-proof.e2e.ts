import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Installation } from './installation.ts';

const reportSchema = z.object({ ok: z.boolean(), events: z.number(), defects: z.array(z.object({ kind: z.string(), position: z.number().nullable() })) });
const liveSchema = z.object({ ok: z.boolean(), checkpoint: z.object({ size: z.number() }), isSignatureChecked: z.boolean(), known: z.array(z.unknown()) });
const replaySchema = z.object({ events: z.number(), poisoned: z.number(), endpoints: z.record(z.string(), z.number()), runs: z.record(z.string(), z.number()) });

let kanade: Installation;
let keys: string;
const file = (name: string) => join(kanade.dataDir, '..', name);

beforeAll(async () => {
  kanade = await Installation.start();
  const run = await kanade.cli('run', '--all', '--', 'echo hello');
  expect(run.code, run.stderr).toBe(0);
  const exported = await kanade.cli('key', 'export');
  keys = file('keys.json');
  writeFileSync(keys, exported.stdout);
});
afterAll(async () => {
  await kanade.discard();
});

/** Checks a file with nothing of the installation at hand. */
async function verified(name: string, ...more: readonly string[]) {
  const { stdout, code } = await kanade.cliElsewhere({}, '', 'event', 'verify', file(name), '--keys', keys, '--json', ...more);
  return { code, report: reportSchema.parse(JSON.parse(stdout)) };
}

describe('the record of an installation', () => {
  it('is exported, and found sound by somebody who has nothing but its public keys', async () => {
    const exported = await kanade.cli('event', 'export', file('record.ndjson'));
    expect(exported.code, exported.stderr).toBe(0);
    const { code, report } = await verified('record.ndjson', '--checkpoint', join(kanade.dataDir, 'checkpoints.ndjson'));
    expect(report).toMatchObject({ ok: true, defects: [] });
    expect(code).toBe(0);
    expect(report.events).toBeGreaterThan(5);
  });

  it('has nothing in it that could be altered unnoticed', async () => {
    const lines = readFileSync(file('record.ndjson'), 'utf8').split('\n');
    const at = lines.findIndex((line) => line.includes('kanade.run.finished.v1'));
    const { position } = z.object({ position: z.number() }).parse(JSON.parse(lines[at] ?? ''));
    writeFileSync(file('altered.ndjson'), lines.map((line, index) => (index === at ? line.replace('succeeded', 'failed') : line)).join('\n'));
    const { code, report } = await verified('altered.ndjson');
    expect(code).toBe(1);
    expect(report.defects).toContainEqual(expect.objectContaining({ kind: 'altered', position }));
  });

  it('is exported in part, with proofs of its own', async () => {
    const exported = await kanade.cli('event', 'export', file('runs.ndjson'), '--type', 'kanade.run.finished.v1');
    expect(exported.code, exported.stderr).toBe(0);
    expect(await verified('runs.ndjson')).toMatchObject({ code: 0, report: { ok: true, events: 2, defects: [] } });
  });

  it('continues what was seen of it before', async () => {
    const first = await kanade.json(liveSchema, 'event', 'verify', '--keys', keys, '--forget');
    expect(first).toMatchObject({ ok: true, isSignatureChecked: true, known: [] });
    const run = await kanade.cli('run', '--all', '--', 'echo again');
    expect(run.code, run.stderr).toBe(0);
    const second = await kanade.json(liveSchema, 'event', 'verify');
    expect(second).toMatchObject({ ok: true, isSignatureChecked: false, known: [{ size: first.checkpoint.size }] });
    expect(second.checkpoint.size).toBeGreaterThan(first.checkpoint.size);
  });

  it('is folded again from the export', async () => {
    const summary = await kanade.json(replaySchema, 'event', 'replay', file('record.ndjson'), '--keys', keys);
    expect(summary).toMatchObject({ poisoned: 0, endpoints: { active: 1 }, runs: { succeeded: 2 } });
  });
});
