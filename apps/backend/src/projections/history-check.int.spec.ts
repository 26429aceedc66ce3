import 'reflect-metadata';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, keepAll, readModelFile } from '@kanade/read-models';
import { alterFile } from '@kanade/read-models/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FoldClient } from './fold-client.ts';
import { ReadSideScene } from './read-side.spec-kit.ts';

let scene: ReadSideScene;
beforeEach(async () => {
  scene = await ReadSideScene.open();
  for (const id of ['e1', 'e2', 'e3']) await scene.enrolAgent(id);
});
afterEach(() => scene.close());

async function endpointNames(fold: FoldClient): Promise<string[]> {
  await fold.waitFor(await scene.position(), 20_000);
  return (await fold.reader()).all(build.selectFrom('endpoints').select('name').orderBy('key')).map(({ name }) => name);
}

/** Folds the history, stops, and does something to the file that no fold does. */
async function foldThenAlter(sql: string): Promise<void> {
  const fold = scene.fold();
  await endpointNames(fold);
  await fold.stop();
  alterFile(readModelFile(scene.directory, keepAll).path, [sql, "UPDATE endpoints SET name = 'forged'"]);
}

describe('a read model that does not fit the history', () => {
  it.each([
    ['was folded from another history', "UPDATE checkpoints SET incarnation = '00000000'"],
    ['has another event at its checkpoint', "UPDATE checkpoints SET hash = 'f' WHERE stream = 'KANADE_EVENTS'"],
    ['is ahead of the stream', "UPDATE checkpoints SET sequence = 1000 WHERE stream = 'KANADE_EVENTS'"],
  ])('is rebuilt when it %s', async (_what, sql) => {
    await foldThenAlter(sql);
    expect(await endpointNames(scene.fold())).toEqual(['e1-host', 'e2-host', 'e3-host']);
  });

  it('is continued when it fits: nothing is folded twice', async () => {
    await foldThenAlter('SELECT 1');
    expect(await endpointNames(scene.fold())).toEqual(['forged', 'forged', 'forged']);
  });

  it('is rebuilt when its file is damaged', async () => {
    const fold = scene.fold();
    await endpointNames(fold);
    await fold.stop();
    for (const name of readdirSync(scene.directory)) writeFileSync(join(scene.directory, name), 'this is no database, and never was one');
    expect(await endpointNames(scene.fold())).toEqual(['e1-host', 'e2-host', 'e3-host']);
  });
});
