import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  applyJob, configureApi, createExecution, createSite, createSessionToken, eraseEndpoint, getEndpoint, getEvent, getRun, listEvents, listRuns, retireEndpoint, revokeEndpoint, setEndpointAlias,
} from '@kanade/api-client';
import { sha256Hex } from '@kanade/messaging';
import type { Installation } from '../installation.ts';
import { until } from '../until.ts';
import { HostileEndpoint } from './hostile-endpoint.ts';
import { attributeTrap, linkTrap, shortTrap, terminalLink, trap } from './script-traps.ts';

/** What was written where, and the pages that show it: an address, and the mark that is seen there. */
export interface Planted {
  readonly pages: readonly (readonly [path: string, text: string])[];
  /** A run that prints, and goes on printing when somebody says so. */
  readonly printing: { readonly path: string; readonly lines: readonly string[]; readonly goOn: string };
}

const os = { family: 'linux', name: trap('os'), version: trap('os version'), architecture: shortTrap('arch') } as const;
const identity = { os, agentVersion: shortTrap('agent') };

/** Everything an endpoint can say of itself. */
async function tellFacts(hostile: HostileEndpoint): Promise<void> {
  await hostile.tell('kanade.agent.started.v1', { ...identity, hostname: trap('hostname'), bootId: trap('boot'), shells: ['sh', attributeTrap], reason: 'first-start' });
  const facets = {
    hardware: { manufacturer: trap('manufacturer'), model: trap('model'), serialNumber: trap('serial'), cpu: { model: trap('cpu'), physicalCores: 1, logicalCores: 1, sockets: 1 }, memoryBytes: 1e9, virtual: false },
    os: { ...os, kernel: trap('kernel'), hostname: trap('hostname'), timezone: trap('timezone'), bootedAt: shortTrap('booted') },
    disks: { disks: [{ name: trap('disk'), kind: 'disk', sizeBytes: 1e9, model: trap('disk model'), removable: false }], filesystems: [{ device: trap('device'), type: trap('type'), mount: linkTrap('mount'), sizeBytes: 1e9 }] },
    network: { interfaces: [{ name: trap('interface'), mac: trap('mac'), ipv4: [shortTrap('ipv4')], ipv6: [shortTrap('ipv6')], up: true, speedMbps: null }] },
  };
  for (const [facet, value] of Object.entries(facets)) await hostile.tell('kanade.inventory.changed.v1', { facet, value });
  const software = { architecture: shortTrap('arch'), source: 'dpkg' };
  const present = [{ ...software, name: trap('package'), version: trap('version') }, { ...software, name: linkTrap('package link'), version: '1' }];
  await hostile.tell('kanade.inventory.packages-changed.v1', { reset: true, present, removed: [] });
}

/** A job whose author wrote the like, run on the endpoint, which says in the same way why it failed. */
async function failJob(hostile: HostileEndpoint): Promise<{ readonly executionId: string; readonly runId: string }> {
  const execute = { shell: 'sh', script: `echo ${trap('script')}`, timeout: '5m', runAs: 'system', cwd: trap('folder'), env: { TRAP: trap('environment') }, arguments: [trap('argument')] } as const;
  await applyJob('trapped', { version: trap('job version'), description: trap('description'), execute: { ...execute, arguments: [...execute.arguments] }, secrets: [] });
  const { executionId } = await createExecution({ targets: { kind: 'endpoints', ids: [hostile.endpointId] }, what: { kind: 'job', jobId: 'trapped' }, expiresIn: '1h', supersede: false });
  const { runId } = await until('the run to be listed', async () => (await listRuns({ executionId })).items[0]);
  const nothing = { bytes: 0, chunks: 0, digest: sha256Hex('') };
  await hostile.tell('kanade.run.finished.v1', {
    runId, executionId, state: 'failed', exitCode: 1, signal: attributeTrap, reason: { code: 'trapped', message: trap('reason') }, startedAt: null, finishedAt: new Date().toISOString(), durationMs: null,
    output: { stdout: nothing, stderr: nothing },
  });
  await until('the run to have failed', async () => (await getRun(runId)).state === 'failed' || undefined);
  return { executionId, runId };
}

/** A script on a real endpoint that prints what a terminal or a page might take for more than text. */
async function print(endpointId: string, goOn: string): Promise<Planted['printing']> {
  const red = '\u001b[31m';
  const before = [trap('output'), linkTrap('output'), `${red}${shortTrap('red')}\u001b[0m`, terminalLink('click here')];
  const after = [trap('late output'), terminalLink('click there')];
  const say = (lines: readonly string[]) => `cat <<'END'\n${lines.join('\n')}\nEND\n`;
  const script = `${say(before)}while [ ! -e '${goOn}' ]; do sleep 0.1; done\n${say(after)}`;
  const what = { kind: 'script', execute: { shell: 'sh', script, timeout: '5m', runAs: 'system', env: {}, arguments: [] } } as const;
  const { executionId } = await createExecution({ targets: { kind: 'endpoints', ids: [endpointId] }, what: { ...what, execute: { ...what.execute, arguments: [] } }, expiresIn: '1h', supersede: false });
  const { runId } = await until('the run to be listed', async () => (await listRuns({ executionId })).items[0]);
  const lines = [trap('output'), linkTrap('output'), shortTrap('red'), 'click here', trap('late output'), 'click there'];
  return { path: `/executions/${executionId}?run=${runId}`, lines, goOn };
}

/** Somebody whose token and browser are called by such names too. */
async function actUnderAName({ dataDir, runtime, token }: Installation): Promise<void> {
  const password = readFileSync(join(dataDir, 'admin-password'), 'utf8').trim();
  const named = await createSessionToken({ username: 'admin', password, name: trap('token'), expiresIn: '1d' });
  configureApi({ baseUrl: runtime.httpUrl, token: named.token });
  await createSite('of-a-named-token');
  configureApi({ baseUrl: runtime.httpUrl, token });
  const signedIn = await fetch(`${runtime.httpUrl}/api/v1/session`, {
    method: 'POST', body: JSON.stringify({ username: 'admin', password }), headers: { 'content-type': 'application/json', 'user-agent': shortTrap('browser') },
  });
  if (signedIn.status !== 201) throw new Error(await signedIn.text());
}

/** The page of every event that holds any of it. */
async function eventPages(): Promise<[string, string][]> {
  const { items } = await listEvents({ limit: 500 });
  const events = await Promise.all(items.map(({ position }) => getEvent(position)));
  return events.filter(({ body }) => body.includes('pwned(')).map(({ position }) => [`/events/${encodeURIComponent(position)}`, 'pwned(']);
}

/** Writes scripts into every text that an endpoint, a script or a person can choose; the printing run waits for the file `goOn`. */
export async function plant(kanade: Installation, goOn: string): Promise<{ readonly hostile: HostileEndpoint; readonly planted: Planted }> {
  if (existsSync(goOn)) throw new Error(`${goOn} is there already`);
  const real = kanade.runtime.agents[0]?.endpointId ?? '';
  const hostile = await HostileEndpoint.enrol({ ...identity, hostname: trap('hostname') });
  await tellFacts(hostile);
  const linked = await HostileEndpoint.enrol({ ...identity, hostname: linkTrap('hostname') });
  const revoked = await HostileEndpoint.enrol({ ...identity, hostname: trap('revoked') });
  for (const endpoint of [linked, revoked]) await endpoint.leave();
  await setEndpointAlias(real, { alias: trap('alias') });
  await revokeEndpoint(revoked.endpointId, { reason: trap('revocation') });
  const { executionId, runId } = await failJob(hostile);
  await actUnderAName(kanade);
  hostile.warnOfItself(trap('conflict'));
  await until('the conflict to be known', async () => (await getEndpoint(hostile.endpointId)).conflictReason ?? undefined);
  const printing = await print(real, goOn);
  await retireEndpoint(linked.endpointId);
  await eraseEndpoint(linked.endpointId, { reason: trap('erasure') });
  const own = `/endpoints/${hostile.endpointId}`;
  return {
    hostile,
    planted: {
      printing,
      pages: [
        ['/endpoints', "pwned('hostname')"], ['/endpoints', "pwned('alias')"], ['/endpoints?standing=revoked', "pwned('revoked')"], ['/endpoints?search=onerror', "pwned('hostname')"],
        [own, "pwned('hostname')"], [own, "pwned('os version')"], [own, "pwned('agent')"], [own, "pwned('conflict')"], [own, "pwned('manufacturer')"], [own, "pwned('interface')"],
        [`${own}?part=packages`, "pwned('package')"], [`${own}?part=runs`, 'Failed'], [`${own}?part=performance`, "pwned('hostname')"],
        [`/endpoints/${revoked.endpointId}`, "pwned('revocation')"], [`/endpoints/${real}`, "pwned('alias')"],
        ['/jobs', "pwned('description')"], ['/jobs/trapped', "pwned('argument')"], ['/jobs/trapped', "pwned('script')"],
        [`/run?endpoint=${hostile.endpointId}`, "pwned('hostname')"], ['/run?job=trapped', "pwned('job version')"],
        ['/executions', "pwned('job version')"], [`/executions/${executionId}`, "pwned('hostname')"], [`/executions/${executionId}?run=${runId}`, "pwned('reason')"],
        ['/', 'Overview'], ['/events', hostile.endpointId.slice(0, 8)], ['/audit', "pwned('token')"], ['/audit', 'of-a-named-token'], ['/account', 'This one'],
        ...(await eventPages()),
      ],
    },
  };
}
