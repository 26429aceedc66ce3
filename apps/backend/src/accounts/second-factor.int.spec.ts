import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { Broker } from '../broker/broker.ts';
import { recordKeys } from './identity-records.ts';
import { enrolSecondFactor, newPassword, Person, recordedText, tokenOf } from './people.spec-kit.ts';

let installation: TestInstallation;
let backend: TestBackend;

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
  await backend.token();
});
afterAll(() => installation.stop());

async function withSecondFactor(username: string) {
  const person = await Person.join(backend, username);
  await person.signIn();
  return { person, ...(await enrolSecondFactor(person)) };
}

describe('setting up a second factor', () => {
  it('is refused without the password, with a wrong code, from another session, too late, and twice', async () => {
    const person = await Person.join(backend, 'setup');
    await person.signIn();
    expect(await person.send('POST', '/account/second-factor', { password: 'wrong' })).toMatchObject({ status: 403, body: { code: 'password-wrong' } });
    expect(await person.send('POST', '/account/second-factor/confirm', { code: '123456' })).toMatchObject({ status: 401, body: { code: 'second-factor-failed' } });
    const offer = await person.send('POST', '/account/second-factor', { password: person.password });
    expect(offer.body['uri']).toMatch(/^otpauth:\/\/totp\/kanade:setup\?issuer=kanade&secret=[A-Z2-7]{32}/);
    expect(await person.send('POST', '/account/second-factor/confirm', { code: 'abcdef' })).toMatchObject({ status: 401, body: { code: 'second-factor-failed' } });
    backend.clock.advance(11 * 60_000);
    expect(await person.send('POST', '/account/second-factor/confirm', { code: '123456' })).toMatchObject({ status: 401 });
    await enrolSecondFactor(person);
    expect(await person.send('POST', '/account/second-factor', { password: person.password })).toMatchObject({ status: 409, body: { code: 'second-factor-active' } });
    expect((await person.send('GET', '/account')).body).toMatchObject({ secondFactor: { recoveryCodesLeft: 10 } });
  });

  it('ends the sessions that were opened without it, and gives this one another cookie', async () => {
    const person = await Person.join(backend, 'rotate');
    const elsewhere = new Person(backend, 'rotate', person.password);
    await person.signIn();
    await elsewhere.signIn();
    const before = person.cookie;
    await enrolSecondFactor(person);
    expect(person.cookie).not.toBe(before);
    expect([await person.status(), await elsewhere.status()]).toEqual([200, 401]);
  });

  it('is nothing a token can do', async () => {
    expect(await backend.call('POST', '/account/second-factor', { password: installation.password })).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });
});

describe('signing in with a second factor', () => {
  it('asks for a code after the password, and takes each code once', async () => {
    const { person, authenticator } = await withSecondFactor('careful');
    expect(await person.signIn()).toMatchObject({ status: 401, body: { code: 'second-factor-required' } });
    expect(await person.signIn({ password: 'wrong', code: authenticator.nextCode() })).toMatchObject({ status: 401, body: { code: 'sign-in-failed' } });
    const code = authenticator.nextCode();
    expect(await person.signIn({ code: code === '000000' ? '000001' : '000000' })).toMatchObject({ status: 401, body: { code: 'second-factor-failed' } });
    const both = await Promise.all([person.signIn({ code }), person.signIn({ code })]);
    expect(both.map(({ status }) => status).sort()).toEqual([201, 401]);
    expect(await person.signIn({ code })).toMatchObject({ status: 401, body: { code: 'second-factor-failed' } });
    expect(await person.signIn({ code: authenticator.nextCode() })).toMatchObject({ status: 201 });
  });

  it('does not take the code that confirmed it, nor an older one', async () => {
    const { person, authenticator } = await withSecondFactor('replay');
    expect(await person.signIn({ code: authenticator.code() })).toMatchObject({ status: 401 });
    const older = authenticator.nextCode();
    expect(await person.signIn({ code: authenticator.nextCode() })).toMatchObject({ status: 201 });
    expect(await person.signIn({ code: older })).toMatchObject({ status: 401 });
  });

  it('takes a recovery code instead, however it is written, once', async () => {
    const { person, recoveryCodes } = await withSecondFactor('lost-phone');
    const [first = '', second = ''] = recoveryCodes;
    expect(new Set(recoveryCodes).size).toBe(10);
    expect(await person.signIn({ code: first.toUpperCase().replaceAll('-', ' ') })).toMatchObject({ status: 201 });
    expect(await person.signIn({ code: first })).toMatchObject({ status: 401, body: { code: 'second-factor-failed' } });
    expect(await person.signIn({ code: second })).toMatchObject({ status: 201 });
    expect((await person.send('GET', '/account')).body).toMatchObject({ secondFactor: { recoveryCodesLeft: 8 } });
  });

  it('is needed for a token as well', async () => {
    const { person, authenticator } = await withSecondFactor('scripter');
    const make = (extra: object) => backend.request('POST', '/api/v1/session/token', { username: 'scripter', password: person.password, name: 'x', ...extra });
    expect(await make({})).toMatchObject({ status: 401, body: { code: 'second-factor-required' } });
    expect(await make({ code: authenticator.nextCode() })).toMatchObject({ status: 201 });
  });

  it('slows guessing at codes down, also between right passwords', async () => {
    const { person } = await withSecondFactor('guessed');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await person.signIn({ code: 'abcdefgh' });
      await person.signIn();
    }
    expect(await person.signIn({ code: 'abcdefgh' })).toMatchObject({ status: 429, body: { code: 'too-many-attempts' } });
  });

  it('is over when it is disabled with the password, or reset by an administrator', async () => {
    const { person } = await withSecondFactor('tired');
    expect(await person.send('POST', '/account/second-factor/disable', { password: 'wrong' })).toMatchObject({ status: 403 });
    expect(await person.send('POST', '/account/second-factor/disable', { password: person.password })).toMatchObject({ status: 200 });
    expect(await person.signIn()).toMatchObject({ status: 201 });
    await enrolSecondFactor(person);
    const keep = tokenOf(await backend.call('POST', '/accounts/tired/reset', {}));
    person.password = newPassword();
    await backend.request('POST', '/api/v1/set-password', { token: keep, password: person.password });
    expect(await person.signIn()).toMatchObject({ status: 401, body: { code: 'second-factor-required' } });
    const remove = tokenOf(await backend.call('POST', '/accounts/tired/reset', { removeSecondFactor: true }));
    await backend.request('POST', '/api/v1/set-password', { token: remove, password: person.password });
    expect(await person.signIn()).toMatchObject({ status: 201 });
  });
});

describe('the secrets of a second factor', () => {
  it('are in no event, no log, and not readable in the stored record', async () => {
    const { secret, recoveryCodes } = await withSecondFactor('keeper');
    const stored = JSON.stringify((await backend.app.get(Broker).get().identities.get(recordKeys.account('keeper')))?.value);
    expect(stored).toContain('sealedSecret');
    const events = await recordedText(backend);
    expect(events).toContain('kanade.account.second-factor-enabled.v1');
    for (const text of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll('-', ''))]) {
      for (const place of [stored, events, backend.logged.join('')]) expect(place).not.toContain(text);
    }
    const key = readFileSync(join(installation.broker.keysDir, 'identity-seal.key'), 'utf8').trim();
    expect(backend.logged.join('')).not.toContain(key);
  });
});
