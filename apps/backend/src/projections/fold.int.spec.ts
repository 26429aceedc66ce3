import 'reflect-metadata';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSigningKey, openOutputStore } from '@kanade/messaging';
import { build } from '@kanade/read-models';
import { dumpFile, enrol, runIdOf } from '@kanade/read-models/testing';
import { filter, firstValueFrom, timeout } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemPrincipal } from '../accounts/principal.ts';
import { getRun } from '../executions/get-run.query.ts';
import type { FoldClient } from './fold-client.ts';
import { ReadSideScene } from './read-side.spec-kit.ts';

let scene: ReadSideScene;
beforeEach(async () => {
  scene = await ReadSideScene.open();
});
const others: string[] = [];
afterEach(async () => {
  // Only once no fold works in them any more.
  await scene.close();
  for (const directory of others.splice(0)) rmSync(directory, { recursive: true });
});

const fileIn = (directory: string): string => join(directory, readdirSync(directory).find((name) => /^read-model-[\w-]+\.sqlite$/.test(name)) ?? '');

/** All tables once everything stored has been folded; the waits are for facts, never for a time. */
async function tables(fold: FoldClient, directory: string) {
  await fold.waitFor(await scene.position(), 20_000);
  await expect.poll(() => fold.status().lagEvents, { timeout: 20_000 }).toBe(0);
  return dumpFile(fileIn(directory));
}

describe('the fold over a real broker', () => {
  it('shows a result with its output, and tells of both', async () => {
    const agent = await scene.enrolAgent('e1');
    const fold = scene.fold();
    await scene.request('x1', ['e1']);
    await agent.append([{ type: 'kanade.run.accepted.v1', correlationid: 'x1', data: { runId: runIdOf('x1', 'e1'), executionId: 'x1', commandSequence: 1 } }]);
    await fold.waitFor(await scene.position(), 20_000);
    const ended = firstValueFrom(fold.notices.pipe(filter(({ runs }) => runs.some(({ state }) => state === 'succeeded')), timeout(20_000)));
    await agent.print('x1', 'hello');
    await agent.append([agent.finished('x1', 'hello')]);
    const position = await scene.position();
    await fold.waitFor(position, 20_000);
    expect(await ended).toMatchObject({ changes: expect.arrayContaining([{ kind: 'execution', id: 'x1' }]) });
    expect(getRun(await fold.reader(position), systemPrincipal, { runId: runIdOf('x1', 'e1') })).toMatchObject({ state: 'succeeded', stdout: 'hello', outputState: 'kept' });
  });

  it('lets a run end whose output was erased before it was read', async () => {
    const agent = await scene.enrolAgent('e1');
    await scene.request('x1', ['e1']);
    await agent.print('x1', 'secret');
    await agent.append([agent.finished('x1', 'secret')]);
    await openOutputStore(scene.core).eraseRun('e1', runIdOf('x1', 'e1'), 'stdout');
    const fold = scene.fold();
    const position = await scene.position();
    await fold.waitFor(position, 20_000);
    expect(getRun(await fold.reader(), systemPrincipal, { runId: runIdOf('x1', 'e1') })).toMatchObject({ state: 'succeeded', stdout: '', outputState: 'expired' });
  });

  it('lets output go that its stream no longer keeps', async () => {
    const agent = await scene.enrolAgent('e1');
    const fold = scene.fold();
    await scene.request('x1', ['e1']);
    await agent.print('x1', 'old');
    await agent.append([agent.finished('x1', 'old')]);
    await fold.waitFor(await scene.position(), 20_000);
    const shown = async () => getRun(await fold.reader(), systemPrincipal, { runId: runIdOf('x1', 'e1') });
    expect(await shown()).toMatchObject({ stdout: 'old', outputState: 'kept' });
    await openOutputStore(scene.core).eraseRun('e1', runIdOf('x1', 'e1'), 'stdout');
    await expect.poll(shown, { timeout: 20_000 }).toMatchObject({ state: 'succeeded', stdout: '', stdoutBytes: 3, outputState: 'expired' });
  });

  it('gives the tables of a fold from zero, however often it is killed, and the broker with it', async () => {
    const agents = await Promise.all(['e1', 'e2', 'e3'].map((id) => scene.enrolAgent(id)));
    const fold = scene.fold();
    for (let round = 1; round <= 6; round += 1) {
      const executionId = `x${round}`;
      await scene.request(executionId, ['e1', 'e2', 'e3']);
      if (round % 2 === 0) await fold.crash();
      for (const agent of agents) {
        await agent.print(executionId, `round ${round}`);
        await agent.append([agent.finished(executionId, `round ${round}`)]);
      }
      if (round === 3) {
        await scene.broker.kill();
        await scene.broker.restart();
        await expect.poll(() => scene.core.connected && agents.every(({ connected }) => connected), { timeout: 20_000 }).toBe(true);
      }
    }
    const live = await tables(fold, scene.directory);
    const directory = mkdtempSync(join(tmpdir(), 'kanade-fold-from-zero-'));
    others.push(directory);
    const fromZero = await tables(scene.fold(directory), directory);
    expect(live).toEqual(fromZero);
    expect(live['runs']).toHaveLength(18);
    expect(live['poison']).toEqual([]);
  });

  it('refuses a control event that somebody else signed', async () => {
    const fold = scene.fold();
    await scene.appendControl((history) => enrol(history, 'e9'), createSigningKey());
    const reader = await (await foldedTo(fold)).reader();
    expect(reader.all(build.selectFrom('poison').select(['code']))).toEqual([{ code: 'bad-signature' }]);
    expect(reader.all(build.selectFrom('endpoints').select('id'))).toEqual([]);
  });

  it('says that a position of another history is unknown', async () => {
    const fold = await foldedTo(scene.fold());
    await expect(fold.waitFor('00000000:1', 5000)).rejects.toMatchObject({ code: 'position-unknown' });
  });
});

async function foldedTo(fold: FoldClient): Promise<FoldClient> {
  await fold.waitFor(await scene.position(), 20_000);
  return fold;
}
