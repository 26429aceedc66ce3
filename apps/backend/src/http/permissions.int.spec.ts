import { readFileSync } from 'node:fs';
import { permissions, roles } from '@kanade/contracts';
import { isAllowed } from '@kanade/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { Person } from '../accounts/people.spec-kit.ts';
import { startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';

const operationSchema = z.looseObject({ operationId: z.string(), security: z.array(z.unknown()), 'x-kanade-needs': z.enum(permissions).optional() });
const documentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), operationSchema)) });

const { paths } = documentSchema.parse(JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')));
const operations = Object.entries(paths)
  .flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), needs: operation['x-kanade-needs'], ...operation })))
  // Whoever signs out can be asked nothing more.
  .sort((one, other) => Number(one.operationId === 'deleteSession') - Number(other.operationId === 'deleteSession'));

let installation: TestInstallation;
let backend: TestBackend;
beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
  await backend.token();
});
afterAll(() => installation.stop());

/** Where nothing is: what is not forbidden is refused for another reason, or finds nothing. */
const placeOf = (path: string): string => path.replaceAll(/\{\w+\}/g, 'none');

async function forbiddenTo(person: Person): Promise<string[]> {
  const forbidden: string[] = [];
  for (const { path, method, operationId } of operations) {
    const { status, body } = await person.send(method, placeOf(path).replace('/api/v1', ''), method === 'GET' ? undefined : {});
    if (status === 403) forbidden.push(operationId);
    else expect(status, `${operationId} answered ${JSON.stringify(body)}`).not.toBe(401);
  }
  return forbidden.sort();
}

/** Whether the live connection is let in. */
function isLetIn(person: Person): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${backend.url.replace('http', 'ws')}/api/v1/live`, { headers: { cookie: person.cookie, origin: backend.url } });
    socket.on('open', () => {
      socket.close();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

describe('every operation', () => {
  it('says what it needs, or that it is for everybody', () => {
    for (const { operationId, needs, security } of operations) expect(needs === undefined, operationId).toBe(security.length === 0);
    expect(operations.length).toBeGreaterThan(40);
  });

  it('that needs anything is closed to strangers', async () => {
    for (const { path, method, operationId, needs } of operations.filter((operation) => operation.needs !== undefined)) {
      const { status } = await backend.request(method, placeOf(path), method === 'GET' ? undefined : {});
      expect(status, `${operationId}, which needs ${String(needs)}`).toBe(401);
    }
  });

  it.each(roles)('is open to the role %s as far as it goes, and no further', async (role) => {
    const person = await Person.join(backend, `some-${role}`, role);
    await person.signIn();
    const closed = operations.filter(({ needs }) => needs !== undefined && !isAllowed([{ role, sites: 'all' }], needs)).map(({ operationId }) => operationId);
    expect(await isLetIn(person)).toBe(true);
    expect(await forbiddenTo(person)).toEqual(closed.sort());
  });

  it.each(roles)('that is about the whole is closed to the role %s where it holds on some sites only', async (role) => {
    const grants = [{ role, sites: ['tokyo'] }];
    const person = await Person.join(backend, `some-local-${role}`, role, ['tokyo']);
    await person.signIn();
    const closed = operations.filter(({ needs }) => needs !== undefined && !isAllowed(grants, needs)).map(({ operationId }) => operationId);
    expect(closed).toEqual(expect.arrayContaining(['applyJob', 'createAccount', 'createSite', 'getStatus']));
    expect(await isLetIn(person)).toBe(true);
    expect(await forbiddenTo(person)).toEqual(closed.sort());
  });

  it('tells whom to ask', async () => {
    const person = await Person.join(backend, 'some-asker', 'viewer');
    await person.signIn();
    expect(await person.send('POST', '/executions', {})).toMatchObject({ status: 403, body: { code: 'forbidden', detail: expect.stringContaining('operator or admin') } });
  });
});
