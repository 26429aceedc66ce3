import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const enough = { KANADE_NATS_URL: 'nats://127.0.0.1:4222', KANADE_DATA_DIR: '/data' };

describe('the configuration', () => {
  it('refuses an address that is not loopback', () => {
    expect(() => readConfig({ ...enough, KANADE_HTTP_HOST: '0.0.0.0' })).toThrow(/^KANADE_HTTP_HOST must be 127\.0\.0\.1/);
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
