import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dropBeginning } from '@kanade/messaging/testing';
import { keepAll, readModelFile } from '@kanade/read-models';
import { dumpFile, enrol } from '@kanade/read-models/testing';
import { firstValueFrom, timeout } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { FoldClient } from '../projections/fold-client.ts';
import { ReadSideScene } from '../projections/read-side.spec-kit.ts';
import type { TestAgent } from '../projections/read-side.spec-kit.ts';

let scene: ReadSideScene;
let agent: TestAgent;
beforeEach(async () => {
  scene = await ReadSideScene.open();
  agent = await scene.enrolAgent('e1');
});
afterEach(() => scene.close());

async function work(executionId: string): Promise<void> {
  await scene.request(executionId, ['e1']);
  await agent.print(executionId, `output of ${executionId}`);
  await agent.append([agent.finished(executionId, `output of ${executionId}`)]);
}
/** Nobody else's: names of the broker's keys are letters. */
const nkeyOf = (index: number) => `U${String(index).replaceAll(/\d/g, (digit) => 'ABCDEFGHIJ'.charAt(Number(digit))).padEnd(55, 'Z')}`;
const enrolMany = (from: number, to: number) => scene.appendMany((history) => {
  for (let index = from; index < to; index += 1) enrol(history, `bulk-${index}`, { nkey: nkeyOf(index) });
});
async function folded(fold: FoldClient): Promise<FoldClient> {
  await fold.waitFor(await scene.position(), 20_000);
  await expect.poll(() => fold.status().lagEvents, { timeout: 20_000 }).toBe(0);
  return fold;
}
async function tablesFromZero() {
  const directory = mkdtempSync(join(tmpdir(), 'kanade-from-zero-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const fold = await folded(scene.fold(directory));
  await fold.stop();
  return dumpFile(readModelFile(directory, keepAll).path);
}
async function treeRoot() {
  const verifier = scene.verifier();
  await expect.poll(() => verifier.tree()?.size, { timeout: 20_000 }).toBe(await scene.log.lastSequence());
  const tree = verifier.tree();
  await expect.poll(() => verifier.status().state).toBe('running');
  const roots = [0, 3, 7].map((height) => Buffer.from(tree?.subtrees(height, 0) ?? []).toString('hex'));
  await verifier.stop();
  return roots;
}

describe('a record whose beginning was dropped', () => {
  it('is folded and verified from archive and stream to the same tables and the same tree', async () => {
    await work('x1');
    await enrolMany(0, 1500);
    await work('x2');
    const fold = await folded(scene.fold());
    const [before, rootsBefore] = [await tablesFromZero(), await treeRoot()];
    await scene.archive();
    const last = await scene.log.lastSequence();
    await dropBeginning(scene.broker, last - 40);
    expect(await scene.log.extent()).toMatchObject({ first: last - 39, last, droppedThrough: last - 40, absent: [{ first: 1, last: last - 40 }] });
    // What folded before goes on, and a rebuild beside it reads all of it.
    await work('x3');
    await folded(fold);
    const swap = firstValueFrom(fold.swaps.pipe(timeout(30_000)));
    fold.startRebuild();
    await swap;
    await folded(fold);
    const { file } = fold.status();
    await fold.stop();
    const rebuilt = dumpFile(file.path);
    expect(rebuilt).toEqual(await tablesFromZero());
    expect(Object.keys(rebuilt)).toEqual(Object.keys(before));
    rmSync(join(scene.directory, 'verifier.sqlite'));
    expect(await treeRoot()).toEqual(rootsBefore);
  });
});
