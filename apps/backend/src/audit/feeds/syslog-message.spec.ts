import { describe, expect, it } from 'vitest';
import { framed, syslogMessage } from './syslog-message.ts';

const entry = {
  position: '0badcafe:3', recordedAt: '2026-01-31T12:00:00.000Z', time: '2026-01-31T11:59:59.999Z', principal: 'account/a1', name: '花\n] "', remoteAddress: '::1',
  interface: 'cli', type: 'kanade.job.applied.v1', outcome: 'done', target: { kind: 'job', id: 'hello', name: 'hello@1' }, targetCount: null, scriptDigest: null,
  operation: null, code: null, count: 1,
} as const;

describe('a syslog message', () => {
  it('has the header of RFC 5424, the position, and the entry as plain ASCII in one line', () => {
    const message = syslogMessage(entry);
    const [, json = ''] = /^<110>1 2026-01-31T11:59:59\.999Z \S+ kanade \d+ job\.applied\.v1 \[kanade@32473 position="0badcafe:3" outcome="done" principal="account\/a1" address="::1"\] (\{.*\})$/.exec(message) ?? [];
    expect(JSON.parse(json)).toEqual(entry);
    expect(message).toMatch(/^[\x20-\x7e]+$/);
  });
  it('is a warning for what was refused', () => expect(syslogMessage({ ...entry, outcome: 'refused' })).toMatch(/^<108>1 /));
  it('lets nothing break out of the structured data', () => {
    expect(syslogMessage({ ...entry, principal: 'a"]\\\n' })).toContain('principal="a\\"\\]\\\\_"');
  });
  it('has its length before it in a stream', () => expect(framed('abc')).toBe('3 abc'));
});
