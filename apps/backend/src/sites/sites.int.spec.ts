import { readFileSync } from 'node:fs';
import { permissions, roles } from '@kanade/contracts';
import type { Role } from '@kanade/contracts';
import { isDivided, permittedSites } from '@kanade/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Person } from '../accounts/people.spec-kit.ts';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { Answer, TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { FakeAgent } from '../fake-agent.spec-kit.ts';

const operationSchema = z.looseObject({ operationId: z.string(), 'x-kanade-needs': z.enum(permissions).optional() });
const documentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), operationSchema)) });
const { paths } = documentSchema.parse(JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')));
/** Every operation that roles can be limited to sites for. */
const divided = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { operationId, 'x-kanade-needs': needs }]) =>
    needs === undefined || needs === 'self' || !isDivided(needs) ? [] : [{ operationId, method: method.toUpperCase(), path: path.replace('/api/v1', ''), needs }]));

/** What there is in one site, and what nobody of another may see or touch. */
interface Belongings {
  readonly site: string;
  readonly endpointId: string;
  readonly tokenId: string;
  readonly executionId: string;
  readonly runId: string;
  /** Of an event the endpoint wrote. */
  readonly position: string;
}

interface Request {
  readonly body?: unknown;
  readonly query?: string;
  /** What whoever may not is told. */
  readonly refused: 404 | 400;
}

/** Operations about one thing, each with how it is asked for; those that end something come last. */
const aboutOne: Record<string, (thing: Belongings) => Request> = {
  getEndpoint: () => ({ refused: 404 }),
  listEndpointPackages: () => ({ refused: 404 }),
  getEndpointPerformance: () => ({ refused: 404 }),
  diffEndpoint: ({ position }) => ({ query: `?from=${position}`, refused: 404 }),
  getExecution: () => ({ refused: 404 }),
  listExecutionResults: () => ({ refused: 404 }),
  getRun: () => ({ refused: 404 }),
  getRunOutput: () => ({ refused: 404 }),
  getEvent: () => ({ refused: 404 }),
  createExecution: ({ endpointId }) => ({ body: { targets: { kind: 'endpoints', ids: [endpointId] }, what: { kind: 'script', execute: { shell: 'sh', script: 'true' } } }, refused: 404 }),
  approveExecution: () => ({ refused: 404 }),
  denyExecution: () => ({ body: {}, refused: 404 }),
  cancelExecution: () => ({ body: {}, refused: 404 }),
  setEndpointAlias: ({ site }) => ({ body: { alias: `the one in ${site}` }, refused: 404 }),
  assignEndpointSite: () => ({ body: { site: 'tokyo' }, refused: 404 }),
  createEnrolmentToken: ({ site }) => ({ body: { site }, refused: 400 }),
  revokeEnrolmentToken: () => ({ refused: 404 }),
  approveEndpoint: () => ({ refused: 404 }),
  releaseEndpoint: () => ({ refused: 404 }),
  revokeEndpoint: () => ({ body: {}, refused: 404 }),
  retireEndpoint: () => ({ refused: 404 }),
  eraseOutput: () => ({ body: { reason: 'asked for' }, refused: 404 }),
  eraseEndpoint: () => ({ body: { reason: 'asked for' }, refused: 404 }),
  setSecret: ({ site }) => ({ body: { value: btoa('one of a site'), sites: [site] }, refused: 400 }),
  deleteSecret: () => ({ refused: 404 }),
};
/** Operations that answer with whatever somebody may see. */
const lists = ['listEndpoints', 'listExecutions', 'listRuns', 'listEvents', 'listEnrolmentTokens', 'listSites', 'listSecrets', 'getOverview'];
/** What belongs to no site. */
const shared = ['listJobs', 'getJob'];

let installation: TestInstallation;
let backend: TestBackend;
let tokyo: Belongings;
let osaka: Belongings;

const run = (who: (method: string, path: string, body: unknown) => Promise<Answer>, targets: unknown) =>
  who('POST', '/executions', { targets, what: { kind: 'script', execute: { shell: 'sh', script: 'echo of the site' } } });
const admin = (method: string, path: string, body: unknown) => backend.call(method, path, body);
const items = ({ body }: Answer) => z.array(z.looseObject({})).parse(body['items']);
const idOf = ({ body }: Answer) => z.string().parse(body['executionId']);

/** A site with an endpoint that has run something to its end, and has something else waiting. */
async function settle(site: string): Promise<Belongings> {
  await backend.call('PUT', `/sites/${site}`);
  await backend.call('PUT', `/secrets/kept-${site}`, { value: btoa('a secret'), sites: [site] });
  await backend.call('PUT', `/secrets/used-${site}`, { value: btoa('a secret'), sites: [site] });
  const agent = await FakeAgent.enrol(backend, `host-${site}`, { site });
  const { endpointId } = agent;
  const made = await backend.call('POST', '/enrolment-tokens', { site });
  await eventually(async () => ((await backend.call('GET', `/endpoints/${endpointId}`)).status === 200 ? true : undefined), 'the endpoint to be folded');
  const ended = idOf(await run(admin, { kind: 'endpoints', ids: [endpointId] }));
  agent.takeCommands();
  const command = await eventually(() => agent.commands.find(({ executionId }) => executionId === ended), 'its command');
  await agent.accept(command);
  await agent.finish(command, 0);
  const written = await eventually(async () => items(await backend.call('GET', `/events?endpointId=${endpointId}&type=kanade.run.finished.v1`))[0], 'its end in the history');
  await agent.close();
  return { site, endpointId, tokenId: z.string().parse(made.body['tokenId']), executionId: ended, runId: command.runId, position: z.string().parse(written['position']) };
}

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
  tokyo = await settle('tokyo');
  osaka = await settle('osaka');
});
afterAll(() => installation.stop());

async function joined(name: string, role: Role): Promise<Person> {
  const person = await Person.join(backend, name, role, ['tokyo']);
  await person.signIn();
  return person;
}

function placeOf(path: string, { site, endpointId, tokenId, executionId, runId, position }: Belongings): string {
  const values: Record<string, string> = { endpointId, tokenId, executionId, runId, position, stream: 'stdout', name: `used-${site}` };
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? 'none');
}

/** Everything of a site that would tell of it. */
const traces = ({ site, endpointId, tokenId, executionId, runId }: Belongings) => [`host-${site}`, `kept-${site}`, `"${site}"`, endpointId, tokenId, executionId, runId];

describe('every operation that can be limited to sites', () => {
  it('is one about a single thing, a list, or about what belongs to no site', () => {
    expect([...Object.keys(aboutOne), ...lists, ...shared].sort()).toEqual(divided.map(({ operationId }) => operationId).sort());
  });

  it.each(roles)('is open to the role %s on a site for what is of the site, and finds nothing of another', async (role) => {
    const person = await joined(`one-${role}`, role);
    const order = Object.keys(aboutOne);
    const operations = divided.filter(({ operationId }) => order.includes(operationId)).sort((one, other) => order.indexOf(one.operationId) - order.indexOf(other.operationId));
    for (const { operationId, method, path, needs } of operations) {
      const allowed = permittedSites([{ role, sites: ['tokyo'] }], needs) !== undefined;
      const request = (thing: Belongings) => person.send(method, `${placeOf(path, thing)}${aboutOne[operationId]?.(thing).query ?? ''}`, aboutOne[operationId]?.(thing).body);
      const foreign = await request(osaka);
      expect(foreign.status, `${operationId} of another site answered ${JSON.stringify(foreign.body)}`).toBe(allowed ? aboutOne[operationId]?.(osaka).refused : 403);
      const own = await request(tokyo);
      if (allowed) expect([200, 201, 202, 409, 410], `${operationId} answered ${JSON.stringify(own.body)}`).toContain(own.status);
      else expect(own.status, operationId).toBe(403);
    }
  });

  it.each(roles)('lists for the role %s on a site what is of the site, and nothing else', async (role) => {
    const person = await joined(`all-${role}`, role);
    for (const { operationId, path, needs } of divided.filter((operation) => lists.includes(operation.operationId))) {
      const answer = await person.send('GET', path);
      if (permittedSites([{ role, sites: ['tokyo'] }], needs) === undefined) {
        expect(answer.status, operationId).toBe(403);
        continue;
      }
      expect(answer.status, operationId).toBe(200);
      const told = JSON.stringify(answer.body);
      expect(traces(osaka).filter((trace) => told.includes(trace)), operationId).toEqual([]);
      // The endpoint of the site is retired by now, which lists of what there is leave out.
      expect(traces(tokyo).some((trace) => told.includes(trace)) || operationId === 'listEndpoints' || operationId === 'getOverview', operationId).toBe(true);
    }
  });
});

describe('somebody limited to a site', () => {
  let person: Person;
  let here: FakeAgent;
  let there: FakeAgent;
  const send = (method: string, path: string, body: unknown) => person.send(method, path, body);

  beforeAll(async () => {
    person = await joined('local', 'operator');
    here = await FakeAgent.enrol(backend, 'here', { site: 'tokyo' });
    there = await FakeAgent.enrol(backend, 'there', { site: 'osaka' });
    await eventually(async () => ((await backend.call('GET', `/endpoints/${there.endpointId}`)).status === 200 ? true : undefined), 'the endpoints to be folded');
  });

  it('means the endpoints of the site by all', async () => {
    expect(await run(send, { kind: 'all' })).toMatchObject({ status: 201, body: { targetCount: 1 } });
    expect(await run(send, { kind: 'sites', sites: ['tokyo'] })).toMatchObject({ status: 201, body: { targetCount: 1 } });
    expect(await run(send, { kind: 'sites', sites: ['tokyo', 'osaka', 'nowhere'] })).toMatchObject({ status: 400, body: { errors: [{ path: 'targets.sites.1' }, { path: 'targets.sites.2' }] } });
  });

  it('sees of an execution over several sites their own runs, counts those, and ends no others', async () => {
    const made = await run(admin, { kind: 'endpoints', ids: [here.endpointId, there.endpointId] });
    const executionId = idOf(made);
    const after = `?minPosition=${String(made.body['position'])}`;
    const seen = await person.send('GET', `/executions/${executionId}${after}`);
    expect(seen).toMatchObject({ status: 200, body: { targetCount: 1, counts: { queued: 1 } } });
    expect(items(await person.send('GET', `/executions/${executionId}/results`))).toMatchObject([{ endpointId: here.endpointId }]);
    const all = items(await backend.call('GET', `/executions/${executionId}/results`));
    const foreign = z.object({ runId: z.string() }).parse(all.find(({ endpointId }) => endpointId === there.endpointId)).runId;
    expect(await person.send('POST', `/executions/${executionId}/cancel`, { runIds: [foreign] })).toMatchObject({ status: 404 });
    expect(await person.send('POST', `/executions/${executionId}/cancel`, {})).toMatchObject({ status: 202 });
    const stateOn = async (agent: FakeAgent) => items(await backend.call('GET', `/executions/${executionId}/results`)).find(({ endpointId }) => endpointId === agent.endpointId)?.['state'];
    await eventually(async () => ((await stateOn(here)) === 'cancelled' ? true : undefined), 'the own run to be cancelled');
    expect(await stateOn(there)).toBe('queued');
    // What was done about the whole is not theirs to read; what was done about their own execution is.
    const told = items(await person.send('GET', `/events?executionId=${executionId}`)).map(({ type }) => type);
    expect(told).not.toContain('kanade.execution.requested.v1');
    const own = await run(send, { kind: 'all' });
    await person.send('GET', `/overview?minPosition=${String(own.body['position'])}`);
    expect(items(await person.send('GET', `/events?executionId=${idOf(own)}`)).map(({ type }) => type)).toContain('kanade.execution.requested.v1');
  });

  it('sees an endpoint from the moment it is put into the site, and what it did before with the site it did it in', async () => {
    const before = idOf(await run(admin, { kind: 'endpoints', ids: [there.endpointId] }));
    expect((await person.send('GET', `/endpoints/${there.endpointId}`)).status).toBe(404);
    const moved = await backend.call('PUT', `/endpoints/${there.endpointId}/site`, { site: 'tokyo' });
    expect(moved.status).toBe(200);
    expect(await person.send('GET', `/endpoints/${there.endpointId}?minPosition=${String(moved.body['position'])}`)).toMatchObject({ status: 200, body: { site: 'tokyo' } });
    expect((await person.send('GET', `/executions/${before}`)).status).toBe(404);
    expect(await run(send, { kind: 'endpoints', ids: [there.endpointId] })).toMatchObject({ status: 201 });
    expect(items(await person.send('GET', `/events?endpointId=${there.endpointId}`)).map(({ type }) => type)).toContain('kanade.endpoint.site-assigned.v1');
  });
});

describe('sites', () => {
  it('are made once, and deleted when nothing belongs to them', async () => {
    expect(await backend.call('PUT', '/sites/kyoto')).toMatchObject({ status: 200 });
    expect(await backend.call('PUT', '/sites/kyoto')).toMatchObject({ status: 200 });
    expect(await backend.call('PUT', '/sites/Kyoto')).toMatchObject({ status: 400 });
    const token = await backend.call('POST', '/enrolment-tokens', { site: 'kyoto' });
    const remove = () => backend.call('DELETE', '/sites/kyoto');
    expect(await remove()).toMatchObject({ status: 409, body: { code: 'site-in-use', detail: expect.stringContaining('1 enrolment token is for it') } });
    await backend.call('POST', `/enrolment-tokens/${String(token.body['tokenId'])}/revoke`);
    expect(await remove()).toMatchObject({ status: 200 });
    expect(await backend.call('DELETE', '/sites/kyoto')).toMatchObject({ status: 404 });
    expect(await backend.call('DELETE', '/sites/default')).toMatchObject({ status: 409 });
    expect(await backend.call('DELETE', '/sites/osaka')).toMatchObject({ status: 409, body: { detail: expect.stringContaining('belong') } });
  });

  it('must be there before anything is limited to them', async () => {
    expect(await backend.call('POST', '/enrolment-tokens', { site: 'tokio' })).toMatchObject({ status: 400, body: { errors: [{ path: 'site', message: expect.stringContaining('kanade site create tokio') }] } });
    expect(await backend.call('POST', '/accounts', { username: 'taro', grants: [{ role: 'viewer', sites: ['tokyo', 'tokio'] }] })).toMatchObject({ status: 400, body: { errors: [{ path: 'grants.0.sites.1' }] } });
    expect(await backend.call('PUT', `/endpoints/${tokyo.endpointId}/site`, { site: 'tokio' })).toMatchObject({ status: 400, body: { errors: [{ path: 'site' }] } });
  });
});
