import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const read = (extra: object) => readConfig({ KANADE_NATS_URL: 'nats://127.0.0.1:4222', KANADE_DATA_DIR: '/data', ...extra }).auditFeeds;
const secret = { KANADE_AUDIT_WEBHOOK_SECRET_FILE: '/secret' };

describe('where the audit is sent', () => {
  it.each([
    [{ KANADE_AUDIT_WEBHOOK_URL: 'http://siem.example/', ...secret }, /must be https/],
    [{ KANADE_AUDIT_WEBHOOK_URL: 'https://me:pw@siem.example/', ...secret }, /no password/],
    [{ KANADE_AUDIT_WEBHOOK_URL: 'siem', ...secret }, /KANADE_AUDIT_WEBHOOK_URL must be an address/],
    [{ KANADE_AUDIT_WEBHOOK_URL: 'https://siem.example/' }, /KANADE_AUDIT_WEBHOOK_SECRET_FILE and/],
    [secret, /go together/],
    [{ KANADE_AUDIT_SYSLOG: 'siem.example:514' }, /must be udp/],
    [{ KANADE_AUDIT_SYSLOG: 'http://siem.example' }, /must be udp/],
    [{ KANADE_AUDIT_SYSLOG: 'tcp://siem.example/x' }, /must be udp/],
  ])('refuses %j', (extra, message) => expect(() => read(extra)).toThrow(message));

  it('is nowhere unless somebody says', () => expect(read({})).toEqual({ webhook: undefined, syslog: undefined, caFile: undefined }));
  it('knows the usual ports', () => {
    expect(read({ KANADE_AUDIT_SYSLOG: 'tls://siem.example' }).syslog).toEqual({ protocol: 'tls', host: 'siem.example', port: 6514 });
    expect(read({ KANADE_AUDIT_SYSLOG: 'udp://[::1]' }).syslog).toEqual({ protocol: 'udp', host: '::1', port: 514 });
    expect(read({ KANADE_AUDIT_SYSLOG: 'tcp://127.0.0.1:1601/' }).syslog).toEqual({ protocol: 'tcp', host: '127.0.0.1', port: 1601 });
  });
  it('may be this machine over plain http', () => {
    expect(read({ KANADE_AUDIT_WEBHOOK_URL: 'http://127.0.0.1:9/x', ...secret }).webhook).toMatchObject({ url: new URL('http://127.0.0.1:9/x'), secretFile: '/secret' });
  });
});
