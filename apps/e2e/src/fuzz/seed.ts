import { join } from 'node:path';
import {
  applyJob, configureApi, createAccount, createEnrolmentToken, createExecution, createSite, createSessionToken, eraseEndpoint, getEndpoint, getExecution, listEndpoints, listPoison, listRuns, retireEndpoint, revokeEndpoint,
  setPassword, setSecret,
} from '@kanade/api-client';
import type { CreateExecutionRequest } from '@kanade/api-client';
import { leaveBatchesOpen } from '../attacks/batches.ts';
import { plainClient } from '../attacks/observer.ts';
import type { Installation, Runtime } from '../installation.ts';
import { isAlive, startProgram } from '../program.ts';
import type { Running } from '../program.ts';
import { until } from '../until.ts';

const agentProgram = join(import.meta.dirname, '../../../agent/bin/kanade-agent.mjs');
/** Each has a password and is signed in as in the course of the fuzz; what each is for stands in world.py. */
const sitters = ['changer', 'confirmer', 'disabler', 'leaver', 'offerer', 'visitor', 'watcher', 'maker'];
const spareAccounts = ['spare-1', 'spare-2', 'spare-3', 'spare-4'];
/** Executions over more endpoints than this wait for somebody else's approval. */
export const approvalEndpoints = 5;
/** Four that stay, one each that is held, revoked, retired and erased, and others that may be done away with. */
export const simulatedEndpoints = 16;

/** What there is to be fuzzed, for hooks.py. */
export interface Scene {
  readonly url: string;
  readonly token: string;
  readonly askersToken: string;
  readonly password: string;
  readonly protectedAccounts: readonly string[];
  readonly protectedEndpoints: readonly string[];
  /** Its agent does not run. */
  readonly silentEndpoint: string;
  /** Real values, by the name of the parameter they are for. */
  readonly pool: Readonly<Record<string, readonly string[]>>;
}

function script(source: string): CreateExecutionRequest['what'] {
  return { kind: 'script', execute: { shell: 'sh', script: source, timeout: '60s', runAs: 'system', env: {}, arguments: [] } };
}

async function runOn(ids: readonly string[], what: CreateExecutionRequest['what']): Promise<string> {
  const { executionId } = await createExecution({ targets: { kind: 'endpoints', ids: [...ids] }, what, expiresIn: '1h', supersede: false });
  await until('a run to end', async () => (await getExecution(executionId)).state !== 'running' || undefined);
  return executionId;
}

/** All accounts, and the token of somebody whose executions another one may approve. */
async function makeAccounts(password: string): Promise<string> {
  for (const username of [...sitters, ...spareAccounts, 'asker']) {
    const { link } = await createAccount({ username, grants: [{ role: username === 'asker' ? 'admin' : 'viewer', sites: 'all' }] });
    if (!spareAccounts.includes(username)) await setPassword({ token: link.split('#')[1] ?? '', password });
  }
  return (await createSessionToken({ username: 'asker', password, name: 'asks', expiresIn: '1d' })).token;
}

/** Writes what is no event with its credential, and leaves batches open until it is held. Where the poison lies. */
async function haveHeld({ natsUrl }: Runtime, { endpointId, natsCreds }: Runtime['agents'][number]): Promise<string> {
  const client = await plainClient(natsUrl, natsCreds, `_INBOX.${endpointId}`);
  await client.request(`kanade.events.endpoint.${endpointId}`, 'no event');
  await leaveBatchesOpen(client, endpointId, 50);
  await client.closed();
  await until('an endpoint to be held', async () => (await getEndpoint(endpointId)).held || undefined);
  return until('its poison to be folded', async () => (await listPoison({})).items[0]?.position);
}

/** The agent of an endpoint that waits to be let in, until somebody ends it. */
async function haveWaiting(kanade: Installation): Promise<{ readonly endpointId: string; readonly waiting: Running }> {
  const { token } = await createEnrolmentToken({ expiresIn: '1h', maxUses: 1, site: 'osaka', approval: true });
  const waiting = startProgram(process.execPath, [agentProgram, 'enrol', token, '--data-dir', join(kanade.dataDir, 'waiting')], { env: kanade.environment });
  const endpointId = await until('an endpoint to wait', async () => (await listEndpoints({ standing: 'pending' })).items[0]?.id);
  return { endpointId, waiting };
}

/** Nothing that is made up is ever run: the one agent that would is stopped, and simulated ones only pretend. */
async function silenceRealAgent(kanade: Installation): Promise<void> {
  kanade.hold('agent');
  const killed = kanade.kill('agent');
  await until('the agent to be gone', () => !isAlive(killed) || undefined);
}

/** Makes something of every kind, and tells of it. */
export async function makeScene(kanade: Installation): Promise<{ readonly scene: Scene; readonly waiting: Running }> {
  const { runtime, token } = kanade;
  const url = runtime.httpUrl;
  configureApi({ baseUrl: url, token });
  const [real, ...others] = runtime.agents;
  const [held, revoked, retired, erased, ...rest] = others;
  if (real === undefined || held === undefined || revoked === undefined || retired === undefined || erased === undefined) throw new Error('there are not enough endpoints');
  const ids = rest.map(({ endpointId }) => endpointId);
  const protectedEndpoints = [real.endpointId, ...ids.slice(0, 4)];
  const password: string = crypto.randomUUID();

  for (const site of ['tokyo', 'osaka']) await createSite(site);
  await setSecret('backup-password', { value: btoa('a secret of the fuzz'), sites: ['default', 'simulated'] });
  await setSecret('api-key', { value: btoa('another') });
  const execute = { shell: 'sh', script: 'echo backing up\necho oops >&2\n', timeout: '60s', runAs: 'system', env: {}, arguments: [] } as const;
  const { position } = await applyJob('backup', { version: '1', description: 'Backs up', execute: { ...execute, arguments: [] }, secrets: [{ name: 'backup-password', as: 'env' }] });
  const executions = [
    await runOn([real.endpointId], script('echo hello; echo oops >&2')),
    await runOn([real.endpointId], { kind: 'job', jobId: 'backup' }),
    await runOn(ids.slice(0, 3), { kind: 'job', jobId: 'hello' }),
  ];
  const { items: runs } = await listRuns({ limit: 100 });
  const askersToken = await makeAccounts(password);
  const { tokenId } = await createEnrolmentToken({ expiresIn: '1h', maxUses: 3, site: 'tokyo', approval: false });
  const { endpointId: pending, waiting } = await haveWaiting(kanade);
  const poisonPosition = await haveHeld(runtime, held);
  await revokeEndpoint(revoked.endpointId, { reason: 'lost' });
  for (const { endpointId } of [retired, erased]) await retireEndpoint(endpointId);
  await eraseEndpoint(erased.endpointId, { reason: 'asked for' });
  await silenceRealAgent(kanade);

  const spareEndpoint = [held, revoked, retired, erased].map(({ endpointId }) => endpointId).concat(ids.slice(4));
  const scene = {
    url, token, askersToken, password, protectedEndpoints, silentEndpoint: real.endpointId,
    protectedAccounts: ['admin', 'asker', ...sitters],
    pool: {
      site: ['default', 'simulated', 'tokyo', 'osaka'], name: ['backup-password', 'api-key'], jobId: ['backup', 'hello'], username: spareAccounts, position: [position], poisonPosition: [poisonPosition], tokenId: [tokenId],
      endpointId: [...protectedEndpoints, ...spareEndpoint, pending], spareEndpoint, executionId: executions, runId: runs.map(({ runId }) => runId),
      outputRunId: runs.filter(({ endpointId }) => endpointId === real.endpointId).map(({ runId }) => runId),
    },
  };
  return { scene, waiting };
}
