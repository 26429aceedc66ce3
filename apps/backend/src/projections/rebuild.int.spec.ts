import 'reflect-metadata';
import { mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { openOutputStore } from '@kanade/messaging';
import { build, keepAll, readModelFile } from '@kanade/read-models';
import { alterFile, dumpFile, enrol, runIdOf } from '@kanade/read-models/testing';
import { firstValueFrom, timeout } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { FoldClient } from './fold-client.ts';
import type { FoldNotice } from './fold-messages.ts';
import { ReadSideScene } from './read-side.spec-kit.ts';
import type { TestAgent } from './read-side.spec-kit.ts';

let scene: ReadSideScene;
beforeEach(async () => {
  scene = await ReadSideScene.open();
});
afterEach(() => scene.close());

/** Nobody else's: names of the broker's keys are letters. */
const nkeyOf = (index: number) => `U${String(index).replaceAll(/\d/g, (digit) => 'ABCDEFGHIJ'.charAt(Number(digit))).padEnd(55, 'Z')}`;
const enrolMany = (from: number, to: number) => scene.appendMany((history) => {
  for (let index = from; index < to; index += 1) enrol(history, `bulk-${index}`, { nkey: nkeyOf(index) });
});
const names = build.selectFrom('endpoints').select('name').orderBy('key');
const filesNow = () => readdirSync(scene.directory).filter((name) => name.startsWith('read-model-') && name.endsWith('.sqlite'));
const swapOf = (fold: FoldClient) => firstValueFrom(fold.swaps.pipe(timeout(30_000)));

async function folded(fold: FoldClient): Promise<FoldClient> {
  await fold.waitFor(await scene.position(), 20_000);
  await expect.poll(() => fold.status().lagEvents, { timeout: 20_000 }).toBe(0);
  return fold;
}

/** The tables of a fold that never did anything but fold from zero. */
async function fromZero() {
  const directory = mkdtempSync(join(tmpdir(), 'kanade-from-zero-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const fold = await folded(scene.fold(directory));
  await fold.stop();
  return dumpFile(readModelFile(directory, keepAll).path);
}

async function result(agent: TestAgent, executionId: string): Promise<void> {
  await scene.request(executionId, [agent.endpointId]);
  await agent.print(executionId, `output of ${executionId}`);
  await agent.append([agent.finished(executionId, `output of ${executionId}`)]);
}

describe('a rebuild', () => {
  it('answers every request meanwhile, goes on folding, ends with the tables of a fold from zero, and takes the old file away', async () => {
    const agent = await scene.enrolAgent('e1');
    await enrolMany(0, 3000);
    await result(agent, 'x0');
    const fold = await folded(scene.fold());
    const before = fold.status().file;
    let asking = true;
    let answered = 0;
    const hammer = async (): Promise<void> => {
      while (asking) {
        expect((await fold.reader()).all(names).length).toBeGreaterThan(3000);
        answered += 1;
        await setImmediate();
      }
    };
    const hammering = hammer();
    const swap = swapOf(fold);
    fold.startRebuild();
    expect(fold.status().rebuild).toMatchObject({ number: before.number + 1 });
    for (let round = 1; round <= 5; round += 1) {
      await result(agent, `x${round}`);
      await fold.waitFor(await scene.position(), 5000);
    }
    await swap;
    await result(agent, 'x9');
    await fold.waitFor(await scene.position(), 5000);
    asking = false;
    await hammering;
    expect(answered).toBeGreaterThan(10);
    expect(fold.status()).toMatchObject({ file: { number: before.number + 1 }, rebuild: null, rebuilding: false });
    await expect.poll(filesNow, { timeout: 20_000 }).toEqual([`read-model-${before.tables}-${before.code}-${before.number + 1}.sqlite`]);
    await folded(fold);
    await fold.stop();
    expect(dumpFile(readModelFile(scene.directory, keepAll, before.number + 1).path)).toEqual(await fromZero());
  });

  it('tells nobody of what it folds, and misses nothing that comes meanwhile', async () => {
    const agent = await scene.enrolAgent('e1');
    await enrolMany(0, 500);
    const fold = await folded(scene.fold());
    const notices: FoldNotice[] = [];
    const subscription = fold.notices.subscribe((notice) => notices.push(notice));
    const swap = swapOf(fold);
    fold.startRebuild();
    await swap;
    expect(notices.flatMap(({ changes, runs }) => [...changes, ...runs])).toEqual([]);
    await result(agent, 'x1');
    await expect.poll(() => notices.flatMap(({ runs }) => runs.map(({ state }) => state)), { timeout: 20_000 }).toContain('succeeded');
    subscription.unsubscribe();
  });

  it('goes on where it was after a crash of everything', async () => {
    await enrolMany(0, 6000);
    const first = await folded(scene.fold());
    first.startRebuild();
    await expect.poll(() => first.status().rebuild?.eventsDone ?? 0, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
    await first.crash();
    await first.stop();
    const built = first.status().rebuild;
    const second = scene.fold();
    const swap = swapOf(second);
    expect(second.status().rebuild).toMatchObject({ number: built?.number });
    await expect.poll(() => second.status().rebuild?.eventsDone ?? Infinity, { timeout: 20_000, interval: 5 }).toBeGreaterThanOrEqual(built?.eventsDone ?? Infinity);
    await swap;
    await folded(second);
    const { file } = second.status();
    await second.stop();
    expect(dumpFile(file.path)).toEqual(await fromZero());
  });

  it('waits for no output that is gone, be it the last there was or of a run nobody made', async () => {
    const agent = await scene.enrolAgent('e1');
    const fold = scene.fold();
    for (const executionId of ['x1', 'x2', 'x3']) await result(agent, executionId);
    await agent.print('never-requested', 'of no run');
    await result(agent, 'x4');
    await folded(fold);
    for (const executionId of ['x1', 'x4']) await openOutputStore(scene.core).eraseRun('e1', runIdOf(executionId, 'e1'), 'stdout');
    await expect.poll(async () => (await fold.reader()).all(build.selectFrom('poison').select('stream')), { timeout: 20_000 }).toEqual([{ stream: 'KANADE_OUTPUT' }]);
    const states = build.selectFrom('runs').select(['id', 'state']).orderBy('key');
    const before = (await fold.reader()).all(states);
    const swap = swapOf(fold);
    fold.startRebuild();
    await swap;
    expect((await fold.reader()).all(states)).toEqual(before);
    expect((await fold.reader()).all(build.selectFrom('poison').select('stream'))).toEqual([{ stream: 'KANADE_OUTPUT' }]);
  });

  it('is begun by the next start, however soon the one that was asked ended', async () => {
    await enrolMany(0, 3);
    const first = await folded(scene.fold());
    first.startRebuild();
    await first.crash();
    await first.stop();
    const second = scene.fold();
    expect(second.status().rebuild).toMatchObject({ number: 2 });
    await swapOf(second);
  });

  it('goes on while its threads and those of the one that serves are killed', async () => {
    await enrolMany(0, 2000);
    const fold = await folded(scene.fold());
    const swap = swapOf(fold);
    fold.startRebuild();
    for (let round = 0; round < 3; round += 1) {
      await fold.crash();
      await enrolMany(10_000 + round * 100, 10_100 + round * 100);
    }
    await swap;
    await folded(fold);
    const { file } = fold.status();
    await fold.stop();
    expect(dumpFile(file.path)).toEqual(await fromZero());
  });

  it('replaces what other code has filled, which serves until then', async () => {
    await enrolMany(0, 3);
    const first = await folded(scene.fold());
    const { file } = first.status();
    await first.stop();
    const older = file.path.replace(file.code, '0123456789ab');
    // Whoever opens and closes it alone folds its log into it.
    dumpFile(file.path);
    renameSync(file.path, older);
    alterFile(older, ["UPDATE endpoints SET name = 'by other code'"]);
    const second = scene.fold();
    const swap = swapOf(second);
    await second.waitFor(await scene.position(), 20_000);
    await enrolMany(3, 4);
    await swap;
    await folded(second);
    expect((await second.reader()).all(names).map(({ name }) => name)).toEqual([0, 1, 2, 3].map((index) => `bulk-${index}-host`));
    await expect.poll(filesNow, { timeout: 20_000 }).toEqual([readModelFile(scene.directory, keepAll, 2).path.slice(scene.directory.length + 1)]);
  });
});
