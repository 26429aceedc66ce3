import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkpointPageSchema, checkpointSchema, checkpointText, consistencySchema, parsePosition } from '@kanade/contracts';
import type { Checkpoint } from '@kanade/contracts';
import { loadServerKeys, rotateKey, signBytes } from '@kanade/messaging';
import { checkpointFault, continues } from '@kanade/proof';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { FakeAgent } from '../fake-agent.spec-kit.ts';

let installation: TestInstallation;
beforeEach(async () => {
  installation = await startInstallation();
});
afterEach(async () => {
  await installation.stop();
});

const fileOf = () => join(installation.broker.dataDir, 'checkpoints.ndjson');
const lines = (): unknown[] => readFileSync(fileOf(), 'utf8').trim().split('\n').map((line): unknown => JSON.parse(line));

/** Something that is recorded, and a checkpoint over it. */
async function checkpointAfterEvent(backend: TestBackend, site: string): Promise<Checkpoint> {
  const { status, body } = await backend.call('PUT', `/sites/${site}`);
  expect(status).toBeLessThan(300);
  const answer = await backend.call('GET', `/checkpoints/latest?minPosition=${String(body['position'])}`);
  expect(answer).toMatchObject({ status: 200 });
  const checkpoint = checkpointSchema.parse(answer.body);
  expect(checkpoint.size).toBeGreaterThanOrEqual(parsePosition(String(body['position']))?.sequence ?? Infinity);
  return checkpoint;
}

async function isProven(backend: TestBackend, first: Checkpoint, second: Checkpoint): Promise<boolean> {
  const { body } = await backend.call('GET', `/checkpoints/consistency?from=${first.size}&to=${second.size}`);
  return continues(first, second, consistencySchema.parse(body).path);
}

const verifierOf = async (backend: TestBackend) => (await backend.call('GET', '/status')).body;

describe('checkpoints', () => {
  it('are signed for what has been recorded, continue each other, and are written to a file', async () => {
    const backend = await installation.backend();
    const keys = loadServerKeys(installation.broker.keysDir);
    const first = await checkpointAfterEvent(backend, 'one');
    const second = await checkpointAfterEvent(backend, 'two');
    expect(checkpointFault(second, [keys.checkpoint])).toBeUndefined();
    expect(checkpointFault({ ...second, size: second.size + 1 }, [keys.checkpoint])).toBe('the signature does not fit the checkpoint');
    expect(checkpointFault(second, [keys.control])).toContain('not known here');
    expect(await isProven(backend, first, second)).toBe(true);
    expect(await isProven(backend, { ...first, root: second.root }, second)).toBe(false);
    const page = checkpointPageSchema.parse((await backend.call('GET', '/checkpoints?limit=1')).body);
    expect(page.items).toEqual([second]);
    expect(checkpointPageSchema.parse((await backend.call('GET', `/checkpoints?cursor=${page.nextCursor ?? ''}`)).body).items).toContainEqual(first);
    expect(lines().slice(-1)).toEqual([second]);
    expect(await verifierOf(backend)).toMatchObject({ verifier: { checkpoint: second, invalidCount: 0 }, checks: { verifier: { status: 'ok' } } });
    expect((await backend.call('GET', '/checkpoints/consistency?from=2&to=1')).status).toBe(400);
    expect((await backend.call('GET', '/checkpoints/consistency?from=1&to=999999')).status).toBe(404);
  });

  it('are signed by themselves a minute after the last', async () => {
    const backend = await installation.backend();
    const first = await checkpointAfterEvent(backend, 'one');
    await backend.call('PUT', '/sites/two');
    backend.clock.advance(61_000);
    const latest = await eventually(async () => {
      const found = checkpointSchema.parse((await backend.call('GET', '/checkpoints/latest')).body);
      return found.size > first.size ? found : undefined;
    }, 'the next checkpoint');
    expect(await isProven(backend, first, latest)).toBe(true);
  });

  it('go on after a restart with another key, also when the verifier begins anew', async () => {
    let backend = await installation.backend();
    const first = await checkpointAfterEvent(backend, 'one');
    await backend.stop();
    const old = loadServerKeys(installation.broker.keysDir).checkpoint;
    rotateKey(installation.broker.keysDir, 'checkpoint', { by: 'test', now: Date.now(), graceMs: 1000 });
    rmSync(join(installation.broker.dataDir, 'backend', 'verifier.sqlite'));
    backend = await installation.backend();
    const second = await checkpointAfterEvent(backend, 'two');
    expect(second.key).not.toBe(first.key);
    expect([checkpointFault(first, [old]), await isProven(backend, first, second)]).toEqual([undefined, true]);
    expect(checkpointPageSchema.parse((await backend.call('GET', '/checkpoints')).body).items).toContainEqual(first);
  });

  it('are shown to endpoints, with the proof that they continue what each keeps', async () => {
    const backend = await installation.backend();
    const agent = await FakeAgent.enrol(backend);
    const first = await checkpointAfterEvent(backend, 'one');
    expect(await agent.renew(false)).not.toHaveProperty('witness');
    expect(await agent.renew(false, [], { checkpoint: null })).toMatchObject({ witness: { checkpoint: first, path: null } });
    const second = await checkpointAfterEvent(backend, 'two');
    const answer = await agent.renew(false, [], { checkpoint: { incarnation: first.incarnation, size: first.size } });
    if (!('keyset' in answer) || answer.witness === undefined) throw new Error('nothing is shown');
    expect(answer.witness.checkpoint).toEqual(second);
    expect(continues(first, second, answer.witness.path ?? [])).toBe(true);
    // Signed for more by another replica: this one signs for as much before it shows less.
    const { body } = await backend.call('PUT', '/sites/three');
    const size = parsePosition(String(body['position']))?.sequence ?? 0;
    const later = await agent.renew(false, [], { checkpoint: { incarnation: first.incarnation, size } });
    expect('keyset' in later && later.witness?.checkpoint.size).toBeGreaterThanOrEqual(size);
    await agent.append('kanade.checkpoint.conflict-reported.v1', { reason: 'shorter', kept: second, shown: first });
    await eventually(async () => (JSON.stringify((await verifierOf(backend))['checks']).includes('does not continue what it keeps') ? true : undefined), 'the status to say so');
    await agent.close();
  });

  it.each([
    ['another root', (checkpoint: Checkpoint) => ({ ...checkpoint, root: 'a'.repeat(64) }), 'are not those that were signed'],
    ['more events', (checkpoint: Checkpoint) => ({ ...checkpoint, size: checkpoint.size + 1000 }), 'the record ends at'],
  ])('stop, and the status says why, when one over %s was signed before', async (_, change, reason) => {
    let backend = await installation.backend();
    const first = await checkpointAfterEvent(backend, 'one');
    await backend.stop();
    // Whoever holds the key signed something else, as a backend would whose record was replaced.
    const key = loadServerKeys(installation.broker.keysDir).checkpoint;
    const other = change(first);
    appendFileSync(fileOf(), `${JSON.stringify({ ...other, signature: signBytes(key, checkpointText(other)) })}\n`);
    backend = await installation.backend();
    await eventually(async () => {
      const { checks } = await verifierOf(backend);
      return JSON.stringify(checks).includes(reason) ? true : undefined;
    }, 'the status to say so');
    const { body } = await backend.call('PUT', '/sites/two');
    expect((await backend.call('GET', `/checkpoints/latest?minPosition=${String(body['position'])}`)).status).toBe(503);
    expect(backend.logged.join('\n')).toContain('the record is not what was signed');
  });
});
