import { createSigningKey, readJwt } from '@kanade/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { askToEnrol, FakeAgent, makeKeys, makeToken } from '../fake-agent.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
});
afterAll(() => installation.stop());

describe('enrolment tokens', () => {
  it('say what is wrong with what was asked for', async () => {
    expect(await backend.call('POST', '/enrolment-tokens', { maxUses: 0 })).toMatchObject({ status: 400, body: { errors: [{ path: 'maxUses' }] } });
    expect(await backend.call('POST', '/enrolment-tokens', { uses: 2 })).toMatchObject({ status: 400, body: { errors: [{ path: 'uses' }] } });
  });

  it('are the same for the same key, and refused for another request under it', async () => {
    const key = { 'idempotency-key': 'one' };
    const first = await backend.call('POST', '/enrolment-tokens', { maxUses: 2 }, key);
    const again = await backend.call('POST', '/enrolment-tokens', { maxUses: 2 }, key);
    expect(again).toMatchObject({ status: 201, body: { tokenId: first.body['tokenId'], expiresAt: first.body['expiresAt'], position: first.body['position'] } });
    expect(await backend.call('POST', '/enrolment-tokens', { maxUses: 3 }, key)).toMatchObject({ status: 409, body: { code: 'idempotency-conflict' } });
  });
});

describe('enrolling', () => {
  it('refuses keys the asker does not hold', async () => {
    const answer = await askToEnrol(await makeToken(backend), makeKeys(), { signer: createSigningKey() });
    expect(answer).toMatchObject({ error: { code: 'bad-proof', retryable: false } });
  });

  it('refuses one machine more than the token is for, and answers the first again', async () => {
    const token = await makeToken(backend, { maxUses: 1 });
    const keys = makeKeys();
    const first = await askToEnrol(token, keys);
    const again = await askToEnrol(token, keys);
    expect(first).toHaveProperty('endpointId');
    expect('error' in again ? again : again.endpointId).toBe('error' in first ? first : first.endpointId);
    expect(await askToEnrol(token, makeKeys())).toMatchObject({ error: { code: 'token-used-up' } });
    expect(await askToEnrol(token, { ...keys, signing: createSigningKey() })).toMatchObject({ error: { code: 'bad-proof' } });
  });

  it('makes an endpoint that everybody sees, online while it is connected', async () => {
    const agent = await FakeAgent.enrol(backend, 'seen-by-all');
    const status = async () => (await backend.call('GET', `/endpoints/${agent.endpointId}`)).body;
    expect(await eventually(async () => ((await status())['status'] === 'online' ? status() : undefined), 'the endpoint to be online')).toMatchObject({
      name: 'seen-by-all', simulated: true, site: 'default', quarantined: false,
    });
    await agent.close();
    await eventually(async () => ((await status())['status'] === 'offline' ? true : undefined), 'the endpoint to be offline');
  });

  it('answers every connection with keys and time, and renews credentials when asked', async () => {
    const agent = await FakeAgent.enrol(backend);
    expect(await agent.renew(false)).toMatchObject({ credentials: null, keyset: { body: expect.any(String) } });
    const renewed = await agent.renew(true);
    const jwt = 'credentials' in renewed ? (renewed.credentials?.jwt ?? '') : '';
    expect(readJwt(jwt)).toMatchObject({ name: agent.endpointId });
    await agent.close();
  });
});
