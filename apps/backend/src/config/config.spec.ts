import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const enough = { KANADE_NATS_URL: 'nats://127.0.0.1:4222', KANADE_DATA_DIR: '/data' };

describe('the configuration', () => {
  it('refuses an address that is not loopback', () => {
    expect(() => readConfig({ ...enough, KANADE_HTTP_HOST: '0.0.0.0' })).toThrow(/^KANADE_HTTP_HOST must be 127\.0\.0\.1/);
  });
  it('serves any address with TLS, which takes certificate and key', () => {
    const tls = { KANADE_TLS_CERT: '/cert.pem', KANADE_TLS_KEY: '/key.pem' };
    expect(readConfig({ ...enough, ...tls, KANADE_HTTP_HOST: '0.0.0.0' })).toMatchObject({ httpHost: '0.0.0.0', tls: { certFile: '/cert.pem', keyFile: '/key.pem' } });
    expect(() => readConfig({ ...enough, KANADE_TLS_CERT: '/cert.pem' })).toThrow(/KANADE_TLS_KEY and KANADE_TLS_CERT go together/);
    expect(() => readConfig({ ...enough, KANADE_NATS_PUBLIC_URLS: 'kanade.example:4222' })).toThrow(/KANADE_NATS_PUBLIC_URLS/);
    expect(readConfig({ ...enough, KANADE_NATS_PUBLIC_URLS: 'tls://a:1,wss://a:2' }).natsPublicUrls).toEqual(['tls://a:1', 'wss://a:2']);
    expect(readConfig(enough).natsPublicUrls).toEqual(['nats://127.0.0.1:4222']);
  });
  it('names every variable that is missing or wrong', () => {
    expect(() => readConfig({ KANADE_HTTP_PORT: 'x' })).toThrow(/KANADE_HTTP_PORT must be a port[^]*KANADE_NATS_URL must be[^]*KANADE_DATA_DIR must be/);
    expect(() => readConfig({ ...enough, KANADE_NATS_URL: 'localhost:4222' })).toThrow(/KANADE_NATS_URL must begin with/);
    expect(() => readConfig({ ...enough, KANADE_LOG_LEVEL: 'loud' })).toThrow(/KANADE_LOG_LEVEL must be trace/);
  });
  it('takes an empty variable for none', () => {
    expect(readConfig({ ...enough, KANADE_HTTP_PORT: '' }).httpPort).toBe(8080);
  });
  it('says which executions take more than a session: those over a hundred endpoints unless told otherwise', () => {
    expect(readConfig(enough).confirmation).toEqual({ over: 100, periodMs: 86_400_000 });
    expect(readConfig({ ...enough, KANADE_APPROVAL_ENDPOINTS: '0', KANADE_APPROVAL_PERIOD: '15m' }).confirmation).toEqual({ over: 0, periodMs: 900_000 });
    expect(readConfig({ ...enough, KANADE_APPROVAL_ENDPOINTS: 'off' }).confirmation.over).toBeUndefined();
    for (const wrong of ['-1', 'none', '1.5']) expect(() => readConfig({ ...enough, KANADE_APPROVAL_ENDPOINTS: wrong })).toThrow(/KANADE_APPROVAL_ENDPOINTS must be a number of endpoints, such as 100, or off/);
    expect(() => readConfig({ ...enough, KANADE_APPROVAL_PERIOD: '31d' })).toThrow(/KANADE_APPROVAL_PERIOD must be at most 30d/);
  });
  it('has an identity provider only with all it takes', () => {
    const provider = { KANADE_OIDC_ISSUER: 'https://login.example', KANADE_OIDC_CLIENT_ID: 'kanade', KANADE_PUBLIC_URL: 'https://kanade.example/console' };
    expect(readConfig({ ...enough, ...provider }).oidc).toMatchObject({ issuer: 'https://login.example', name: 'login.example', publicUrl: 'https://kanade.example', acrValues: [] });
    expect(readConfig({ ...enough, ...provider, KANADE_OIDC_ISSUER: '' }).oidc).toBeUndefined();
    expect(() => readConfig({ ...enough, KANADE_OIDC_ISSUER: 'https://login.example' })).toThrow(/KANADE_OIDC_CLIENT_ID must be[^]*KANADE_PUBLIC_URL must be/);
    expect(() => readConfig({ ...enough, ...provider, KANADE_OIDC_SCOPES: 'profile' })).toThrow(/KANADE_OIDC_SCOPES must have openid/);
  });
  it('makes the archive’s directory, private and absolute, or says why not', () => {
    const parent = mkdtempSync(join(tmpdir(), 'kanade-config-'));
    const archiveDir = join(parent, 'below', 'archive');
    expect(readConfig({ ...enough, KANADE_ARCHIVE_DIR: relative(process.cwd(), archiveDir) }).archiveDir).toBe(archiveDir);
    expect(statSync(archiveDir).mode & 0o777).toBe(0o700);
    writeFileSync(join(parent, 'file'), '');
    expect(() => readConfig({ ...enough, KANADE_ARCHIVE_DIR: join(parent, 'file', 'archive') })).toThrow(/^KANADE_ARCHIVE_DIR must be a directory that can be made.*ENOTDIR/);
    expect(readConfig(enough).archiveDir).toBeUndefined();
    rmSync(parent, { recursive: true });
  });
  it('keeps what people look at for more than a year unless told otherwise', () => {
    expect(readConfig(enough).kept).toEqual({
      executions: { hours: 9600, most: 10_000_000 }, events: { hours: 9600, most: 50_000_000 }, audit: { hours: 26_400, most: 5_000_000 }, past: { hours: 2160, most: 20_000_000 },
    });
    expect(readConfig({ ...enough, KANADE_KEEP_EXECUTIONS: '72h', KANADE_KEEP_RUNS_MOST: '1000', KANADE_KEEP_AUDIT: 'forever' }).kept).toMatchObject({
      executions: { hours: 72, most: 1000 }, audit: { hours: Number.MAX_SAFE_INTEGER },
    });
    for (const wrong of ['47h', '0d', 'never', '400']) expect(() => readConfig({ ...enough, KANADE_KEEP_EVENTS: wrong })).toThrow('KANADE_KEEP_EVENTS must be a time such as 400d, of 2d at least, or forever');
    expect(() => readConfig({ ...enough, KANADE_KEEP_PAST_MOST: '12' })).toThrow('KANADE_KEEP_PAST_MOST must be a whole number from 1000 on');
  });
  it('derives every path from the data directory', () => {
    expect(readConfig(enough)).toMatchObject({ keysDir: '/data/keys', backendCreds: '/data/creds/backend.creds', readModelDir: '/data/backend' });
  });
});
