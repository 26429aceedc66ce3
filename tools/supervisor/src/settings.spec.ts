import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';

const environment = { KANADE_NATS_SERVER: '/bin/nats-server', KANADE_DATA_DIR: '/data' };

describe('the settings', () => {
  it.each([
    ['an address that is not loopback', [], { KANADE_HTTP_HOST: '0.0.0.0' }, /loopback only as long as it has no TLS/],
    ['one for the broker', [], { KANADE_NATS_HOST: '192.0.2.1' }, /loopback only/],
    ['a port that is none', [], { KANADE_HTTP_PORT: '80a' }, /whole number|KANADE_HTTP_PORT/],
    ['a port above all', [], { KANADE_NATS_PORT: '65536' }, /KANADE_NATS_PORT/],
    ['an unknown argument', ['--endpoint', '3'], {}, /--endpoint/],
    ['a number of endpoints that is none', ['--endpoints', 'many'], {}, /--endpoints/],
    ['no nats-server', [], { KANADE_NATS_SERVER: '' }, /KANADE_NATS_SERVER/],
  ])('refuse %s', (_what, args, extra, message) => {
    expect(() => readSettings(args, { ...environment, ...extra })).toThrow(message);
  });

  it('have defaults for all but nats-server', () => {
    expect(readSettings([], { ...environment, KANADE_HTTP_PORT: '' })).toMatchObject({ dataDir: '/data', httpHost: '127.0.0.1', natsHost: '127.0.0.1', httpPort: 8080, natsPort: 4222, endpoints: 0 });
    expect(readSettings(['--endpoints', '25'], { ...environment, KANADE_NATS_PORT: '0' })).toMatchObject({ endpoints: 25, natsPort: 0 });
  });
});
