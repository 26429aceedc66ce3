import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { askToEnrol, FakeAgent, makeKeys, makeToken } from '../fake-agent.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
  await backend.call('PUT', '/sites/tokyo');
});
afterAll(() => installation.stop());

const endpointSchema = z.looseObject({ id: z.string(), name: z.string(), standing: z.string(), alias: z.string().nullable() });
const endpoint = async (id: string) => endpointSchema.parse((await backend.call('GET', `/endpoints/${id}`)).body);
const named = async (name: string) => z.array(endpointSchema).parse((await backend.call('GET', `/endpoints?standing=all&name=${name}`)).body['items']);
const tokens = async () => z.array(z.looseObject({ tokenId: z.string() })).parse((await backend.call('GET', '/enrolment-tokens')).body['items']);
const tokenView = (tokenId: string) => eventually(async () => (await tokens()).find((token) => token.tokenId === tokenId), 'the token to be listed');
const idOf = (answer: object): string => z.looseObject({ endpointId: z.string() }).parse(answer).endpointId;
const eventTypes = async (endpointId: string) =>
  z.array(z.looseObject({ type: z.string() })).parse((await backend.call('GET', `/events?order=asc&endpointId=${endpointId}`)).body['items']).map(({ type }) => type);

describe('enrolment tokens', () => {
  it('are refused once revoked, and once expired, each with its own reason', async () => {
    const token = await makeToken(backend, { maxUses: 5 });
    expect(await backend.call('POST', `/enrolment-tokens/${token.tokenId}/revoke`)).toMatchObject({ status: 200 });
    expect(await askToEnrol(token, makeKeys())).toMatchObject({ error: { code: 'token-revoked', message: expect.stringContaining('enrol-token create') } });
    expect(await backend.call('POST', '/enrolment-tokens/nothing/revoke')).toMatchObject({ status: 404 });
    const short = await makeToken(backend, { expiresIn: '1h' });
    backend.clock.advance(3_601_000);
    expect(await askToEnrol(short, makeKeys())).toMatchObject({ error: { code: 'token-expired' } });
  });

  it('are listed with what they allow and how often they were used, and never themselves', async () => {
    const made = await backend.call('POST', '/enrolment-tokens', { maxUses: 2, site: 'tokyo' });
    const tokenId = z.string().parse(made.body['tokenId']);
    expect(await tokenView(tokenId)).toMatchObject({ state: 'usable', site: 'tokyo', maxUses: 2, uses: 0, lastUsedAt: null, approval: false, createdBy: expect.stringContaining('admin') });
    const agent = await FakeAgent.enrol(backend, 'by-token', { maxUses: 1 });
    await eventually(async () => ((await tokens()).some((token) => token['uses'] === 1 && token['state'] === 'used-up' && token['lastUsedAt'] !== null) ? true : undefined), 'its use');
    await backend.call('POST', `/enrolment-tokens/${tokenId}/revoke`);
    await eventually(async () => ((await tokens()).some((token) => token.tokenId === tokenId && token['state'] === 'revoked') ? true : undefined), 'its revocation');
    expect(JSON.stringify(await tokens())).not.toContain(z.string().parse(made.body['token']));
    await agent.close();
  });
});

describe('approval', () => {
  it('keeps a machine waiting without credentials, and out of every execution, until somebody lets it in', async () => {
    const token = await makeToken(backend, { approval: true });
    const keys = makeKeys();
    const waits = { error: { code: 'approval-pending', retryable: true, message: expect.stringContaining('kanade endpoint approve') } };
    expect(await askToEnrol(token, keys, { name: 'waiting-room' })).toMatchObject(waits);
    expect(await askToEnrol(token, keys, { name: 'waiting-room' })).toMatchObject(waits);
    // Another token, one that needs nobody's word, helps it no further.
    expect(await askToEnrol(await makeToken(backend), keys, { name: 'waiting-room' })).toMatchObject(waits);
    const { id } = await eventually(async () => (await named('waiting-room'))[0], 'it to be listed');
    expect(await endpoint(id)).toMatchObject({ standing: 'pending', status: 'never-seen' });
    const script = { what: { kind: 'script', execute: { shell: 'sh', script: 'id' } } };
    const one = await backend.call('POST', '/executions', { ...script, targets: { kind: 'endpoints', ids: [id] } });
    expect(one).toMatchObject({ status: 422, body: { code: 'no-targets', detail: expect.stringContaining('waits for approval') } });
    expect((await backend.call('POST', `/endpoints/${id}/approve`)).status).toBe(200);
    expect((await backend.call('POST', `/endpoints/${id}/approve`)).status).toBe(200);
    expect(await askToEnrol(token, keys, { name: 'waiting-room' })).toMatchObject({ endpointId: id, jwt: expect.any(String) });
    await eventually(async () => ((await endpoint(id)).standing === 'active' ? true : undefined), 'it to be active');
    expect(await eventTypes(id)).toEqual(['kanade.endpoint.enrolment-requested.v1', 'kanade.endpoint.approved.v1', 'kanade.endpoint.enrolled.v1']);
  });

  it('can be refused, which the machine is told', async () => {
    const token = await makeToken(backend, { approval: true });
    const keys = makeKeys();
    await askToEnrol(token, keys, { name: 'unwanted' });
    const { id } = await eventually(async () => (await named('unwanted'))[0], 'it to be listed');
    await backend.call('POST', `/endpoints/${id}/revoke`, {});
    expect(await askToEnrol(token, keys)).toMatchObject({ error: { code: 'endpoint-revoked', retryable: false } });
  });
});

describe('the same machine again', () => {
  it('is the same endpoint only with a token that says so; its old keys are cut off and its history goes on', async () => {
    const old = await FakeAgent.enrol(backend, 'desk-7', { site: 'tokyo' });
    await old.append('kanade.command.refused.v1', { commandSequence: 1, reason: { code: 'expired', message: 'Too late.' } });
    const other = await FakeAgent.enrol(backend, 'desk-7');
    expect(other.endpointId).not.toBe(old.endpointId);
    await other.close();
    const cut = new Promise<void>((resolve) => void old.connection.onDisconnect(() => resolve()));
    const renewed = await FakeAgent.enrol(backend, 'desk-7', { endpointId: old.endpointId });
    expect(renewed.endpointId).toBe(old.endpointId);
    await cut;
    await renewed.openEpoch();
    await renewed.append('kanade.command.refused.v1', { commandSequence: 2, reason: { code: 'expired', message: 'Too late.' } });
    const detail = await eventually(async () => {
      const { body } = await backend.call('GET', `/endpoints/${old.endpointId}`);
      return z.array(z.object({ epoch: z.int() })).safeParse(body['epochs']).data?.length === 2 && body['status'] === 'online' ? body : undefined;
    }, 'the new epoch of one that is there');
    expect(detail).toMatchObject({ standing: 'active', site: 'tokyo', quarantined: false });
    const page = await eventually(async () => {
      const { body } = await backend.call('GET', `/events?endpointId=${old.endpointId}&type=kanade.command.refused.v1`);
      const items = z.array(z.looseObject({ position: z.string(), status: z.string() })).parse(body['items']);
      return items.length === 2 ? items : undefined;
    }, 'both events');
    for (const { position } of page) {
      await eventually(async () => ((await backend.call('GET', `/events/${position}`)).body['signature'] === 'valid' ? true : undefined), `the signature of ${position} to hold, by the key it had then`);
    }
    await Promise.all([old.close(), renewed.close()]);
  });

  it('gets back in after it was revoked, once per token and never with keys it had', async () => {
    const keys = makeKeys();
    const agent = await FakeAgent.enrol(backend, 'stolen-and-found', {}, keys);
    const { endpointId } = agent;
    await agent.close();
    await backend.call('POST', `/endpoints/${endpointId}/revoke`, {});
    const token = await makeToken(backend, { endpointId });
    expect(await askToEnrol(token, keys)).toMatchObject({ error: { code: 'endpoint-revoked' } });
    const fresh = makeKeys();
    expect(idOf(await askToEnrol(token, fresh))).toBe(endpointId);
    expect(idOf(await askToEnrol(token, fresh))).toBe(endpointId);
    expect(await askToEnrol(token, makeKeys())).toMatchObject({ error: { code: 'token-used-up' } });
    // Keys that became another endpoint's make no endpoint of their own.
    expect(idOf(await askToEnrol(await makeToken(backend), fresh))).toBe(endpointId);
  });

  it('needs a token for one endpoint that there is, and for that one alone', async () => {
    expect(await backend.call('POST', '/enrolment-tokens', { endpointId: 'nobody' })).toMatchObject({ status: 404 });
    const { endpointId, ...agent } = await FakeAgent.enrol(backend, 'one-of-them').then((made) => ({ endpointId: made.endpointId, made }));
    const answer = await backend.call('POST', '/enrolment-tokens', { endpointId, maxUses: 2, approval: true });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'maxUses' }, { path: 'approval' }] } });
    await agent.made.close();
  });
});

describe('a key that is another endpoint’s', () => {
  const connected = (agent: FakeAgent) => agent.renew(false).then(() => true);
  const taken = { error: { code: 'key-taken', retryable: false } };

  it('makes no endpoint of anybody else, with any token, whoever had it first or later', async () => {
    const first = makeKeys();
    const victim = await FakeAgent.enrol(backend, 'victim', {}, first);
    const later = makeKeys();
    await victim.close();
    const again = await FakeAgent.enrol(backend, 'victim', { endpointId: victim.endpointId }, later);
    const thief = await FakeAgent.enrol(backend, 'thief');
    await thief.close();
    const own = makeKeys();
    const stolen = [
      // Even who has them all cannot become somebody else with them.
      { ...own, nkey: later.nkey }, { ...own, nkey: first.nkey }, { ...own, signing: later.signing }, { ...own, signing: first.signing }, { ...own, sealing: later.sealing },
    ];
    for (const keys of stolen) {
      const answer = await askToEnrol(await makeToken(backend, { endpointId: thief.endpointId }), keys);
      expect(answer).toMatchObject(taken);
      expect(JSON.stringify(answer)).not.toContain(victim.endpointId);
    }
    for (const keys of stolen.slice(2)) expect(await askToEnrol(await makeToken(backend), keys)).toMatchObject(taken);
    // None of it cost a token its use, or was the end of the thief's own way.
    const token = await makeToken(backend, { endpointId: thief.endpointId });
    expect(await askToEnrol(token, { ...own, sealing: later.sealing })).toMatchObject(taken);
    expect(idOf(await askToEnrol(token, own))).toBe(thief.endpointId);
    await backend.call('POST', `/endpoints/${thief.endpointId}/revoke`, {});
    await eventually(async () => ((await endpoint(thief.endpointId)).standing === 'revoked' ? true : undefined), 'its revocation');
    expect(await askToEnrol(token, own)).toMatchObject({ error: { code: 'endpoint-revoked' } });
    expect(await connected(again)).toBe(true);
    expect(await endpoint(victim.endpointId)).toMatchObject({ standing: 'active' });
    await again.close();
  });

  it('is not believed of who cannot sign with it, NKey and signing key alike', async () => {
    const [own, other] = [makeKeys(), makeKeys()];
    const token = await makeToken(backend);
    expect(await askToEnrol(token, { ...own, nkey: other.nkey }, { nkeySeed: own.nkey.seed })).toMatchObject({ error: { code: 'bad-proof' } });
    expect(await askToEnrol(token, { ...own, signing: other.signing }, { signer: own.signing })).toMatchObject({ error: { code: 'bad-proof' } });
    // The same key in another spelling would be another key.
    const spelt = `${own.signing.publicKey.slice(0, -1)}${String.fromCharCode(own.signing.publicKey.charCodeAt(42) + 1)}`;
    expect(await askToEnrol(token, { ...own, signing: { ...own.signing, publicKey: spelt } })).toMatchObject({ error: { code: 'bad-request' } });
    expect(idOf(await askToEnrol(token, own))).toEqual(expect.any(String));
  });
});

describe('an alias', () => {
  it('is one endpoint’s, whatever endpoints call themselves', async () => {
    const [first, second] = [await FakeAgent.enrol(backend, 'pc-1'), await FakeAgent.enrol(backend, 'pc-2')];
    const setAlias = (id: string, alias: string | null) => backend.call('PUT', `/endpoints/${id}/alias`, { alias });
    expect(await setAlias(first.endpointId, 'Reception')).toMatchObject({ status: 200 });
    expect(await setAlias(first.endpointId, 'Reception')).toMatchObject({ status: 200 });
    expect(await setAlias(second.endpointId, 'RECEPTION')).toMatchObject({ status: 409, body: { code: 'alias-taken' } });
    for (const alias of ['', '  ', 'two\nlines', 'x'.repeat(101)]) expect(await setAlias(second.endpointId, alias)).toMatchObject({ status: 400 });
    await eventually(async () => ((await endpoint(first.endpointId)).alias === 'Reception' ? true : undefined), 'the alias');
    const found = await backend.call('GET', '/endpoints?alias=reception');
    expect(found.body['items']).toMatchObject([{ id: first.endpointId, name: 'pc-1', alias: 'Reception' }]);
    await setAlias(first.endpointId, null);
    backend.clock.advance(61_000);
    expect(await setAlias(second.endpointId, 'Reception')).toMatchObject({ status: 200 });
    await Promise.all([first.close(), second.close()]);
  });
});

describe('a cloned disk', () => {
  it('is shown as what it is as soon as one of the two notices, until there are new keys', async () => {
    const agent = await FakeAgent.enrol(backend, 'cloned');
    const detail = 'the history holds 1/7, which this agent never wrote';
    await eventually(async () => {
      agent.beat([], detail);
      const { body } = await backend.call('GET', `/endpoints/${agent.endpointId}`);
      return body['conflicted'] === true && body['conflictReason'] === detail ? true : undefined;
    }, 'the conflict to be shown');
    expect((await eventTypes(agent.endpointId)).filter((type) => type === 'kanade.endpoint.conflict-reported.v1')).toHaveLength(1);
    const renewed = await FakeAgent.enrol(backend, 'cloned', { endpointId: agent.endpointId });
    await eventually(async () => ((await backend.call('GET', `/endpoints/${agent.endpointId}`)).body['conflicted'] === false ? true : undefined), 'the conflict to be over');
    await Promise.all([agent.close(), renewed.close()]);
  });
});
