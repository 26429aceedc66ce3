import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { busyRecord } from '@kanade/proof/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKeysFile, verifyFile } from '../verify/verify-file.ts';
import { renderReport } from '../verify/render-report.ts';
import { findResumePlace, partialFile, saveExport } from './resumable-export.ts';
import { writeTrustedKeys } from '@kanade/proof';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanade-export-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const record = busyRecord();
const file = () => join(folder, 'record.ndjson');

/** The bytes of some lines in small pieces, up to where the connection breaks. */
async function* stream(lines: readonly string[], upTo = Infinity): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  for (let at = 0; at < Math.min(bytes.length, upTo); at += 1000) yield await Promise.resolve(bytes.subarray(at, Math.min(at + 1000, upTo)));
  if (upTo < bytes.length) throw new TypeError('terminated');
}

async function verified(keys = { root: record.root, control: record.control, checkpoints: [record.checkpointKey] }) {
  writeFileSync(join(folder, 'keys.json'), writeTrustedKeys(keys));
  return verifyFile(file(), { keys: readKeysFile(join(folder, 'keys.json')), known: [] });
}

describe.each([['everything', {}], ['one endpoint', { filter: { endpointId: 'e2' } }]])('an export of %s', (_, what) => {
  it('is written whole, and sound', async () => {
    await saveExport(stream(await record.export(what)), file(), undefined);
    expect(existsSync(partialFile(file()))).toBe(false);
    const report = await verified();
    expect(renderReport(report)).toContain('sound: ');
    expect(report.ok).toBe(true);
  });

  it('is gone on with wherever it broke off, also in the middle of a line', async () => {
    const lines = await record.export(what);
    const length = lines.join('\n').length;
    for (const share of [0.02, 0.3, 0.5, 0.77, 0.99]) {
      rmSync(file(), { force: true });
      await expect(saveExport(stream(lines, Math.floor(length * share) + 1500), file(), undefined)).rejects.toThrow('terminated');
      const place = await findResumePlace(file());
      if (place === undefined) throw new Error('there is nothing to go on with');
      const rest = await record.export({ ...what, after: place.position });
      await saveExport(stream(rest), file(), place);
      expect(await verified()).toMatchObject({ ok: true, defects: [] });
    }
  });

  it('is not gone on with as another one', async () => {
    const lines = await record.export(what);
    await expect(saveExport(stream(lines, 5000), file(), undefined)).rejects.toThrow('terminated');
    const place = await findResumePlace(file());
    await expect(saveExport(stream(await record.export({ filter: { endpointId: 'e1' } })), file(), place)).rejects.toThrow('another export');
  });
});

it('tells what is wrong, where, in words', async () => {
  const lines = (await record.export()).map((line) => line.replace('control/site/site-9', 'control/site/site-8'));
  writeFileSync(file(), lines.join('\n'));
  expect(renderReport(await verified())).toMatch(/NOT sound[^]*altered at \d+: the event is not the one that was recorded there/);
  expect(readFileSync(file(), 'utf8')).toContain('kanade.export.v1');
});
