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
  it('derives every path from the data directory', () => {
    expect(readConfig(enough)).toMatchObject({ keysDir: '/data/keys', backendCreds: '/data/creds/backend.creds', readModelDir: '/data/backend' });
  });
});
