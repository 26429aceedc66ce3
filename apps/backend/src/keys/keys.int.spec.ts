import { signedKeysetSchema, keysetSchema, subjects } from '@kanade/contracts';
import type { RotatableKeyUse } from '@kanade/contracts';
import { connectCore, loadServerKeys, openEventLog, readPublicHalf, retireKeys, rotateKey, signMessage } from '@kanade/messaging';
import type { SigningKey } from '@kanade/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { SignedKeysets } from '../endpoints/signed-keyset.ts';
import { FakeAgent } from '../fake-agent.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
});
afterAll(() => installation.stop());

const day = 86_400_000;
const apply = (version: string) => backend.call('PUT', '/jobs/hello', { version, execute: { shell: 'sh', script: 'true' } });
const eventsOf = async (filter: string) => z.array(z.looseObject({ position: z.string() })).parse((await backend.call('GET', `/events?${filter}`)).body['items']);
const keyset = () => keysetSchema.parse(JSON.parse(Buffer.from(signedKeysetSchema.parse(backend.app.get(SignedKeysets).get()).body, 'base64url').toString()));
const poisoned = async () => z.object({ checks: z.object({ fold: z.looseObject({ status: z.string() }) }) }).parse((await backend.call('GET', '/status')).body).checks.fold.status;

/** Stops the backend, replaces keys, and starts it again. */
async function rotate(...uses: readonly RotatableKeyUse[]): Promise<void> {
  await backend.stop();
  for (const use of uses) rotateKey(installation.broker.keysDir, use, { by: 'root', now: Date.now(), graceMs: 40 * day });
  backend = await installation.backend();
}

async function writeAsControl(key: SigningKey, jobId: string): Promise<void> {
  const core = await connectCore({ url: installation.broker.url, credsFile: installation.broker.adminCreds, name: 'intruder' });
  const subject = subjects.controlEvents('job', jobId);
  const event = { specversion: '1.0', id: `event-${jobId}`, source: `control/job/${jobId}`, type: 'kanade.job.applied.v1', time: new Date().toISOString(), principal: 'system', data: {} };
  const body = Buffer.from(JSON.stringify(event));
  await (await openEventLog(core)).append([{ subject, body, expectedLastSequence: 0, headers: signMessage(key, 'control', subject, body) }]);
  await core.close();
}

describe('keys that are replaced', () => {
  it('are told in the history, listed for agents with an end, and what was signed before still folds', async () => {
    expect((await apply('1')).status).toBe(200);
    const before = keyset();
    const first = { command: readPublicHalf(installation.broker.keysDir, 'command'), control: readPublicHalf(installation.broker.keysDir, 'control') };
    await rotate('command', 'control', 'desired');
    // What was signed before decides as it did.
    expect(await apply('1')).toMatchObject({ body: { outcome: 'unchanged' } });
    expect((await apply('2')).status).toBe(200);
    await eventually(async () => ((await eventsOf('type=kanade.job.applied.v1')).length === 2 ? true : undefined), 'both versions in the history');
    expect(await eventsOf('type=kanade.key.rotated.v1')).toHaveLength(3);
    expect(await poisoned()).toBe('ok');
    const after = keyset();
    expect(after.version).toBe(before.version + 1);
    const commandKeys = after.keys.filter(({ use }) => use === 'command');
    expect(commandKeys.map(({ id }) => id)).toEqual([readPublicHalf(installation.broker.keysDir, 'command').id, first.command.id]);
    expect(Date.parse(commandKeys[1]?.validUntil ?? '')).toBeLessThan(Date.now() + 41 * day);
    const controlKeys = after.keys.filter(({ use }) => use === 'control');
    expect(Date.parse(controlKeys.find(({ id }) => id === first.control.id)?.validUntil ?? '')).toBeLessThanOrEqual(Date.now());
  });

  it('sign nothing any more: a control event by the old key is put aside with its reason', async () => {
    const old = loadServerKeys(installation.broker.keysDir).control;
    await rotate('control');
    await writeAsControl(old, 'planted');
    const found = await eventually(async () => (await eventsOf('status=poison'))[0], 'the planted event to be put aside');
    expect(JSON.stringify(found)).toContain('a control key that was replaced');
    expect((await backend.call('GET', '/jobs/planted')).status).toBe(404);
  });

  it('end at once for whoever asks for that, and the history says so', async () => {
    await backend.stop();
    const ended = retireKeys(installation.broker.keysDir, 'command', { by: 'root', now: Date.now() });
    expect(ended).toHaveLength(1);
    backend = await installation.backend();
    expect(keyset().keys.filter(({ use, validUntil }) => use === 'command' && Date.parse(validUntil) > Date.now())).toHaveLength(1);
    await eventually(async () => (await eventsOf('type=kanade.key.retired.v1'))[0], 'the end of the key');
    expect(retireKeys(installation.broker.keysDir, 'command', { by: 'root', now: Date.now() })).toEqual([]);
  });

  it('of the broker are followed by its own: agents stay connected, get new credentials, and the old signer is let go', async () => {
    const agent = await FakeAgent.enrol(backend, 'stayer');
    await backend.stop();
    const { broker } = installation;
    const uses = ['operator', 'signing-agent', 'signing-renew', 'signing-enrol', 'signing-backend', 'signing-admin', 'signing-sys'] as const;
    await broker.kill();
    for (const use of uses) rotateKey(broker.keysDir, use, { by: 'root', now: Date.now(), graceMs: 0 });
    await broker.restart();
    backend = await installation.backend();
    await eventually(() => (agent.connection.connected ? true : undefined), 'the agent to come back with the JWT it had');
    expect((await apply('3')).status).toBe(200);
    expect(await eventsOf('type=kanade.key.rotated.v1')).toHaveLength(4 + uses.length);
    await agent.append('kanade.run.accepted.v1', { runId: 'run-unknown', executionId: 'execution-unknown', commandSequence: 1 });
    const fresh = await FakeAgent.enrol(backend, 'fresh');
    await Promise.all([agent.close(), fresh.close()]);
  });
});
