import { hostname } from 'node:os';
import { join } from 'node:path';
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
    ['an address that is none', [], { KANADE_TLS: 'on', KANADE_HTTP_HOST: 'kanade.example' }, /KANADE_HTTP_HOST is "kanade.example"/],
    ['a word for TLS that is none', [], { KANADE_TLS: 'yes' }, /KANADE_TLS is "yes"/],
    ['a certificate without its key', [], { KANADE_TLS_CERT: '/cert.pem' }, /go together/],
    ['a public name that is none', [], { KANADE_TLS: 'on', KANADE_PUBLIC_NAMES: 'a b' }, /KANADE_PUBLIC_NAMES has "a b"/],
    ['an open address when TLS is off', [], { KANADE_TLS: 'off', KANADE_NATS_HOST: '0.0.0.0' }, /no TLS/],
    ['no nats-server', [], { KANADE_NATS_SERVER: '' }, /KANADE_NATS_SERVER/],
  ])('refuse %s', (_what, args, extra, message) => {
    expect(() => readSettings(args, { ...environment, ...extra })).toThrow(message);
  });

  it('listen everywhere with TLS, under the names somebody gave or this machine has', () => {
    const open = { ...environment, KANADE_TLS: 'on', KANADE_HTTP_HOST: '0.0.0.0', KANADE_NATS_HOST: '::' };
    expect(readSettings([], { ...open, KANADE_PUBLIC_NAMES: 'kanade.example, 192.0.2.1' })).toMatchObject({
      httpHost: '0.0.0.0', natsHost: '::', tls: { publicNames: ['kanade.example', '192.0.2.1'], own: undefined },
    });
    expect(readSettings([], open).tls?.publicNames[0]).toBe(hostname());
    expect(readSettings([], { ...environment, KANADE_TLS_CERT: '/c.pem', KANADE_TLS_KEY: '/k.pem' }).tls?.own).toEqual({ certFile: '/c.pem', keyFile: '/k.pem', caFile: undefined });
    expect(readSettings([], environment).tls).toBeUndefined();
  });

  it('hand on where the audit is sent, with paths that hold anywhere', () => {
    const feeds = { KANADE_AUDIT_WEBHOOK_URL: 'https://siem.example/', KANADE_AUDIT_WEBHOOK_SECRET_FILE: 'secret', KANADE_AUDIT_SYSLOG: '' };
    expect(readSettings([], { ...environment, ...feeds }).forBackend).toEqual({ KANADE_AUDIT_WEBHOOK_URL: 'https://siem.example/', KANADE_AUDIT_WEBHOOK_SECRET_FILE: join(process.cwd(), 'secret') });
  });

  it('hand on the limits that are given', () => {
    const given = { KANADE_EVENTS_PER_DAY: '1000', KANADE_REQUESTS_PER_MINUTE: '600', KANADE_EVENT_BYTES_PER_DAY: '', KANADE_KEEP_PAST: '30d' };
    expect(readSettings([], { ...environment, ...given }).forBackend).toEqual({ KANADE_EVENTS_PER_DAY: '1000', KANADE_REQUESTS_PER_MINUTE: '600', KANADE_KEEP_PAST: '30d' });
  });

  it('make the path of the archive absolute', () => {
    expect(readSettings([], { ...environment, KANADE_ARCHIVE_DIR: 'other/disk' })).toMatchObject({ archiveDir: join(process.cwd(), 'other/disk'), forBackend: {} });
    expect(readSettings([], { ...environment, KANADE_ARCHIVE_DIR: '' }).archiveDir).toBeUndefined();
  });

  it('have defaults for all but nats-server', () => {
    expect(readSettings([], { ...environment, KANADE_HTTP_PORT: '' })).toMatchObject({ dataDir: '/data', httpHost: '127.0.0.1', natsHost: '127.0.0.1', httpPort: 8080, natsPort: 4222, endpoints: 0 });
    expect(readSettings(['--endpoints', '25'], { ...environment, KANADE_NATS_PORT: '0' })).toMatchObject({ endpoints: 25, natsPort: 0 });
  });
});
