import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { headers } from '@kanade/contracts';
import { createServerKeys, createBrokerKeys } from '../broker/keys.ts';
import { writeBrokerConfig } from '../broker/config.ts';
import { agentSubjects, agentSubjectsMarkdown } from '../broker/agent-subjects.ts';
import { streamTable } from '../broker/streams.ts';
import { formatCreds, readCreds } from './credentials.ts';
import { chainHash, keyId, sha256Hex, verifyBytes, verifyMessage } from '@kanade/proof';
import { issueJwt, readJwt } from './jwt.ts';
import { createSealingKey, createSigningKey, loadSealingKey, loadSigningKey, saveSealingKey, saveSigningKey } from './keys.ts';
import { generateNkey, isUserNkey, publicKeyOf } from './nkey.ts';
import { signBytes, signMessage } from './signatures.ts';

const dir = mkdtempSync(join(tmpdir(), 'kanade-crypto-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('signatures', () => {
  const key = createSigningKey();
  const body = Buffer.from('{"a":1}');
  const signed = signMessage(key, 'command', 'kanade.commands.e1', body);

  it('hold for what was signed, and name the key', () => {
    expect(verifyMessage([key], 'command', 'kanade.commands.e1', body, signed)).toEqual({ ok: true, keyId: key.id });
    expect(key.id).toBe(keyId(key.publicKey));
    expect(key.id).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    ['another body', () => verifyMessage([key], 'command', 'kanade.commands.e1', Buffer.from('{"a":2}'), signed)],
    ['another subject', () => verifyMessage([key], 'command', 'kanade.commands.e2', body, signed)],
    ['another purpose', () => verifyMessage([key], 'control', 'kanade.commands.e1', body, signed)],
    ['a key that is not known', () => verifyMessage([createSigningKey()], 'command', 'kanade.commands.e1', body, signed)],
    ['a key that claims another id', () => verifyMessage([{ ...createSigningKey(), id: key.id }], 'command', 'kanade.commands.e1', body, signed)],
    ['no signature', () => verifyMessage([key], 'command', 'kanade.commands.e1', body, { [headers.key]: key.id })],
    ['a short signature', () => verifyMessage([key], 'command', 'kanade.commands.e1', body, { ...signed, [headers.signature]: 'AAAA' })],
  ])('do not hold for %s', (_what, verify) => {
    expect(verify()).toMatchObject({ ok: false });
  });

  it('are over the chain hash for events, and every part of the link counts', () => {
    const link = { subject: 'kanade.events.endpoint.e1', epoch: 1, sequence: 1, previous: '0'.repeat(64), bodyDigest: sha256Hex(body) };
    const signature = signBytes(key, chainHash(link));
    expect(verifyBytes(key.publicKey, chainHash(link), signature)).toBe(true);
    for (const other of [{ ...link, epoch: 2 }, { ...link, sequence: 2 }, { ...link, subject: 'x' }, { ...link, bodyDigest: '0'.repeat(64) }]) {
      expect(verifyBytes(key.publicKey, chainHash(other), signature)).toBe(false);
    }
  });
});

describe('private files', () => {
  it('are 0600 in a directory of 0700, and keys come back from them', () => {
    const [signing, sealing] = [createSigningKey(), createSealingKey()];
    saveSigningKey(signing, join(dir, 'keys', 's.pem'));
    saveSealingKey(sealing, join(dir, 'keys', 'x.pem'));
    expect(statSync(join(dir, 'keys')).mode & 0o777).toBe(0o700);
    expect(statSync(join(dir, 'keys', 's.pem')).mode & 0o777).toBe(0o600);
    expect(loadSigningKey(join(dir, 'keys', 's.pem')).id).toBe(signing.id);
    expect(loadSealingKey(join(dir, 'keys', 'x.pem')).publicKey).toBe(sealing.publicKey);
    expect(() => loadSigningKey(join(dir, 'keys', 'x.pem'))).toThrow(/x25519/);
  });

  it('that others may read are refused, and made private when written anew', () => {
    const file = join(dir, 'open.pem');
    writeFileSync(file, 'x');
    chmodSync(file, 0o644);
    expect(() => loadSigningKey(file)).toThrow(/chmod 600/);
    saveSigningKey(createSigningKey(), file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('NATS identities', () => {
  it.each(['user', 'account', 'operator'] as const)('of a %s have a public key of their kind', (kind) => {
    const nkey = generateNkey(kind);
    expect(nkey.publicKey).toMatch({ user: /^U[A-Z2-7]{55}$/, account: /^A[A-Z2-7]{55}$/, operator: /^O[A-Z2-7]{55}$/ }[kind]);
    expect(nkey.seed).toMatch(/^S[UAO][A-Z2-7]{56}$/);
    expect(publicKeyOf(nkey.seed)).toBe(nkey.publicKey);
    expect(isUserNkey(nkey.publicKey)).toBe(kind === 'user');
  });

  it('are known from a documented seed', () => {
    // From the NKeys specification's own examples.
    expect(publicKeyOf('SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY')).toBe('UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4');
  });

  it('with a letter changed are refused', () => {
    const { seed } = generateNkey('user');
    const changed = `${seed.slice(0, 20)}${seed[20] === 'A' ? 'B' : 'A'}${seed.slice(21)}`;
    expect(() => publicKeyOf(changed)).toThrow(/checksum/);
    expect(() => publicKeyOf('not a seed')).toThrow();
  });

  it('have JWTs that are read back, and refused when altered', () => {
    const account = generateNkey('account');
    const user = generateNkey('user');
    const jwt = issueJwt({ name: 'n', subject: user.publicKey, type: 'user', issuerSeed: account.seed, expiresAt: 2_000_000_000, nats: { a: 1 } });
    expect(readJwt(jwt)).toMatchObject({ name: 'n', sub: user.publicKey, iss: account.publicKey, exp: 2_000_000_000, nats: { a: 1, type: 'user', version: 2 } });
    const [head, claims = '', signature] = jwt.split('.');
    const forged = Buffer.from(Buffer.from(claims, 'base64url').toString().replace('"n"', '"m"')).toString('base64url');
    expect(() => readJwt(`${head}.${forged}.${signature}`)).toThrow(/not signed/);
    expect(readCreds(formatCreds(jwt, user.seed))).toEqual({ jwt, seed: user.seed });
    expect(() => readCreds('nothing')).toThrow(/creds/);
  });
});

describe("the broker's files", () => {
  const options = { dataDir: join(dir, 'data'), host: '127.0.0.1', natsPort: 0, wsPort: 0, maxFileBytes: 1e9 };

  it('keep their keys, and are refused with an account key lost', () => {
    const keysDir = join(dir, 'broker-keys');
    expect(createBrokerKeys(keysDir)).toEqual(createBrokerKeys(keysDir));
    expect(createServerKeys(keysDir).control.id).toBe(createServerKeys(keysDir).control.id);
    rmSync(join(keysDir, 'account-core.pub'));
    expect(() => createBrokerKeys(keysDir)).toThrow(/account-core.pub is missing/);
    rmSync(join(keysDir, 'command.pem'));
    createServerKeys(keysDir);
    rmSync(join(keysDir, 'control.pem'));
    expect(() => createServerKeys(keysDir)).toThrow(/control.pem is missing/);
  });

  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.org', '128.0.0.1'])('refuse to listen on %s without TLS', (host) => {
    expect(() => writeBrokerConfig({ ...options, host })).toThrow(/TLS/);
  });

  it('are private', () => {
    const { configFile } = writeBrokerConfig(options);
    expect(statSync(configFile).mode & 0o777).toBe(0o600);
    for (const name of ['', 'keys', 'broker', 'broker/jetstream', 'broker/jwt']) expect(statSync(join(options.dataDir, name)).mode & 0o777).toBe(0o700);
  });
});

describe('the tables', () => {
  it('share out at most 80 % of the space', () => {
    expect(streamTable.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(0.8);
  });

  it('let no agent write a bucket, and roll up nothing it may write', () => {
    for (const { subject } of agentSubjects) expect(subject).not.toMatch(/^\$(KV|O)\./);
    for (const { config } of streamTable) if (!/^(KV|OBJ)_/.test(config.name)) expect(config['allow_rollup_hdrs']).toBe(false);
  });

  it("name the caller in every subject but the chunks' reads", () => {
    const open = agentSubjects.filter(({ subject }) => !subject.includes('{id}')).map(({ subject }) => subject);
    expect(open.every((subject) => subject.startsWith('$JS.API.DIRECT.GET.OBJ_'))).toBe(true);
    expect(agentSubjectsMarkdown()).toContain('kanade.events.endpoint.{id}');
  });
});
