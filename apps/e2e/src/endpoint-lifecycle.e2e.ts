import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { plainClient } from './attacks/observer.ts';
import { detachedSchema, eventListSchema, resultSchema } from './answers.ts';
import { Installation } from './installation.ts';
import { startProgram } from './program.ts';
import type { Running } from './program.ts';
import { until } from './until.ts';

const agentProgram = join(import.meta.dirname, '../../agent/bin/kanade-agent.mjs');
const listSchema = z.object({ items: z.array(z.looseObject({ id: z.string(), name: z.string(), alias: z.string().nullable(), standing: z.string(), status: z.string() })) });
const endpointSchema = z.looseObject({ standing: z.string(), status: z.string(), standingReason: z.string().nullable(), epochs: z.array(z.looseObject({ epoch: z.int() })) });
const tokenSchema = z.object({ token: z.string(), tokenId: z.string() });
const tokensSchema = z.object({ items: z.array(z.looseObject({ tokenId: z.string(), state: z.string(), uses: z.int() })) });

let kanade: Installation;
let first: string;
/** The second machine: one real agent, whose endpoint this file follows through its life. */
let second: string;
let agent: Running | undefined;
let firstRun: string;

const agentDir = (name: string) => join(kanade.dataDir, 'second', name);
const startAgent = (...args: readonly string[]) => startProgram(process.execPath, [agentProgram, ...args], { env: { ...kanade.environment, KANADE_LOG_LEVEL: 'info' } });
const show = () => kanade.json(endpointSchema, 'endpoint', 'show', second);
const isOnline = async () => (await show()).status === 'online' || undefined;

async function endAgent(): Promise<void> {
  agent?.process.kill('SIGTERM');
  await agent?.ended;
  agent = undefined;
}

beforeAll(async () => {
  kanade = await Installation.start();
  first = kanade.runtime.agents[0]?.endpointId ?? '';
});
afterAll(async () => {
  await endAgent();
  await kanade.discard();
});

describe('an endpoint', () => {
  it('waits, and says so, until somebody lets it in', async () => {
    const { token, tokenId } = await kanade.json(tokenSchema, 'enrol-token', 'create', '--approval');
    const enrolling = startAgent('enrol', token, '--data-dir', agentDir('a'));
    await until('it to say that it waits', () => enrolling.said().includes('waiting for approval') || undefined);
    const { items } = await until('it to be listed', async () => {
      const page = await kanade.json(listSchema, 'endpoint', 'list', '--standing', 'pending');
      return page.items.length === 1 ? page : undefined;
    });
    second = items[0]?.id ?? '';
    const refused = await kanade.cli('run', '--endpoint', second, '--', 'true');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`kanade endpoint approve ${second}`);
    // Both machines have this host's name: the one that waits is meant.
    expect(await kanade.cli('endpoint', 'approve', items[0]?.name ?? '')).toMatchObject({ code: 0 });
    expect(await enrolling.ended).toMatchObject({ code: 0, stdout: `enrolled as ${second}\n` });
    const tokens = await kanade.json(tokensSchema, 'enrol-token', 'list');
    expect(tokens.items.find((each) => each.tokenId === tokenId)).toMatchObject({ state: 'used-up', uses: 1 });
  });

  it('then works like any other, by the alias an operator gives it', async () => {
    agent = startAgent('run', '--data-dir', agentDir('a'));
    await until('it to be online', isOnline);
    expect(await kanade.cli('endpoint', 'alias', second, 'Front desk')).toMatchObject({ code: 0 });
    await until('the alias', async () => ((await kanade.json(listSchema, 'endpoint', 'list', '--search', 'front')).items[0]?.id === second || undefined));
    const result = await kanade.json(resultSchema, 'run', '--endpoint', 'Front desk', '--', 'echo from the desk');
    firstRun = result.executionId;
    expect(result.runs).toMatchObject([{ endpointId: second, state: 'succeeded', stdout: 'from the desk\n' }]);
    expect((await kanade.cli('endpoint', 'alias', first, 'front DESK')).stderr).toContain('is called "front DESK" already');
  });

  it('is cut off within five seconds when it is revoked, in the middle of a run, and stays out', async () => {
    const { executionId } = await kanade.json(detachedSchema, 'run', '--endpoint', 'Front desk', '--detach', '--', 'sleep 600');
    await until('the run to have started', async () => ((await kanade.json(resultSchema, 'execution', 'show', executionId)).runs[0]?.state === 'started' || undefined));
    const { natsUrl } = kanade.runtime;
    const credentials = join(agentDir('a'), 'nats.creds');
    const held = await plainClient(natsUrl, credentials, `_INBOX.${second}`);
    const from = Date.now();
    expect(await kanade.cli('endpoint', 'revoke', 'Front desk', '--reason', 'left on a train')).toMatchObject({ code: 0 });
    await held.closed();
    await until('the agent to be cut off', () => agent?.said().includes('"disconnected;') === true || undefined, 5000);
    expect(Date.now() - from).toBeLessThan(5000);
    expect(await show()).toMatchObject({ standing: 'revoked', status: 'offline', standingReason: 'left on a train' });
    await until('the run to end', async () => ((await kanade.json(resultSchema, 'execution', 'show', executionId)).runs[0]?.state === 'lost' || undefined));
    const killed = kanade.kill('broker');
    await until('another broker', () => (kanade.runtime.pids.broker !== killed) || undefined);
    await until('the backend to be back', async () => (await fetch(`${kanade.runtime.httpUrl}/health/ready`)).ok || undefined);
    await expect(plainClient(natsUrl, credentials, `_INBOX.${second}`)).rejects.toThrow(/authorization/i);
    expect(await show()).toMatchObject({ standing: 'revoked', status: 'offline' });
    await endAgent();
  });

  it('comes back as itself with new keys only because a token says so, with its history', async () => {
    const { token } = await kanade.json(tokenSchema, 'enrol-token', 'create', '--for', 'Front desk');
    expect(await startAgent('enrol', token, '--data-dir', agentDir('a')).ended).toMatchObject({ code: 1, stderr: expect.stringContaining('empty data directory') });
    expect(await startAgent('enrol', token, '--data-dir', agentDir('b')).ended).toMatchObject({ code: 0, stdout: `enrolled as ${second}\n` });
    agent = startAgent('run', '--data-dir', agentDir('b'));
    await until('it to be online', isOnline);
    const result = await kanade.json(resultSchema, 'run', '--endpoint', 'Front desk', '--', 'echo back again');
    expect(result.runs).toMatchObject([{ endpointId: second, state: 'succeeded', stdout: 'back again\n' }]);
    expect((await kanade.json(resultSchema, 'execution', 'show', firstRun)).runs).toMatchObject([{ endpointId: second, stdout: 'from the desk\n' }]);
    const { items } = await kanade.json(eventListSchema, 'event', 'list', '--endpoint', second, '--order', 'asc', '--limit', '500');
    const types = items.map(({ type }) => type).filter((type) => /enrol|approved|revoked|rekeyed/.test(type));
    expect(types).toEqual(['enrolment-requested', 'approved', 'enrolled', 'revoked', 'rekeyed'].map((verb) => `kanade.endpoint.${verb}.v1`));
    expect((await show()).epochs.map(({ epoch }) => epoch)).toEqual([2, 1]);
    expect(await show()).toMatchObject({ standing: 'active', quarantined: false });
  });

  it('leaves the fleet when it is retired: no longer listed, and no target of all', async () => {
    expect(await kanade.cli('endpoint', 'retire', 'Front desk')).toMatchObject({ code: 0 });
    await until('it to be gone from the list', async () => ((await kanade.json(listSchema, 'endpoint', 'list')).items.every(({ id }) => id !== second) || undefined));
    expect((await kanade.json(listSchema, 'endpoint', 'list', '--standing', 'retired')).items.map(({ id }) => id)).toEqual([second]);
    const result = await kanade.json(resultSchema, 'run', '--all', '--', 'true');
    expect(result.runs.map(({ endpointId }) => endpointId)).toEqual([first]);
  });
});
