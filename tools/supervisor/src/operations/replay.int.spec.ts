import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeTrustedKeys } from '@kanade/proof';
import { busyRecord, type TestRecord } from '@kanade/proof/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replay, replayedRows } from './replay.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kanade-replay-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const say = (): void => undefined;
const file = () => join(folder, 'record.ndjson');
const replayInto = (name: string, keysFile?: string) => replay({ file: file(), dir: join(folder, name), keysFile, say });

async function write(record: TestRecord, what: Parameters<TestRecord['export']>[0] = {}): Promise<string> {
  writeFileSync(file(), (await record.export(what)).join('\n'));
  const keysFile = join(folder, 'keys.json');
  writeFileSync(keysFile, writeTrustedKeys({ root: record.root, control: record.control, checkpoints: [record.checkpointKey] }));
  return keysFile;
}

describe('a replay', () => {
  it('has what a fold of the record has', async () => {
    const record = busyRecord();
    const summary = await replayInto('model', await write(record));
    // Of the erased endpoint's, 21 have no body; the one that says so speaks of an endpoint the fold never met.
    expect(summary).toMatchObject({ events: record.events.length, position: `0badcafe:${record.events.length}`, erased: 21, poisoned: 1, endpoints: { active: 2 }, runs: {} });
    expect(replayedRows(summary.readModel, 'endpoints')).toMatchObject([{ id: 'e1', site: 'default' }, { id: 'e2' }]);
    expect(replayedRows(summary.readModel, 'executions')).toEqual([]);
  });

  it('folds up to a moment, and believes no control event of a stranger', async () => {
    const record = busyRecord();
    const keysFile = await write(record, { until: 3 });
    expect(await replayInto('early', keysFile)).toMatchObject({ events: 3 });
    const { root, control, checkpointKey } = busyRecord();
    writeFileSync(keysFile, writeTrustedKeys({ root, control, checkpoints: [checkpointKey] }));
    expect(await replayInto('strange', keysFile)).toMatchObject({ endpoints: {}, poisoned: 2 });
  });

  it('takes nothing but a whole export, and an empty folder', async () => {
    const record = busyRecord();
    await write(record, { filter: { endpointId: 'e1' } });
    await expect(replayInto('part')).rejects.toThrow('every event from the beginning');
    writeFileSync(join(folder, 'nothing'), '');
    await expect(replay({ file: file(), dir: folder, keysFile: undefined, say })).rejects.toThrow('not empty');
  });
});
