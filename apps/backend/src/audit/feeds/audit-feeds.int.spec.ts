import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditPageSchema, systemStatusSchema } from '@kanade/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, startInstallation } from '../../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../../backend.spec-kit.ts';
import { receiveDatagrams, receiveSyslog, receiveWebhooks } from './receivers.spec-kit.ts';
import type { Receiver } from './receivers.spec-kit.ts';
import { webhookSignature } from './webhook-sink.ts';

const secret = crypto.randomUUID();
let installation: TestInstallation;
let secretFile: string;
let receivers: Receiver[];
beforeEach(async () => {
  receivers = [];
  installation = await startInstallation();
  secretFile = join(installation.broker.dataDir, 'webhook-secret');
  writeFileSync(secretFile, `${secret}\n`, { mode: 0o600 });
});
afterEach(async () => {
  await installation.stop();
  for (const receiver of receivers) await receiver.close();
});

const kept = async <Kind extends Receiver>(receiver: Promise<Kind>): Promise<Kind> => {
  receivers.push(await receiver);
  return receiver;
};
const webhookTo = (port: number) => ({ KANADE_AUDIT_WEBHOOK_URL: `http://127.0.0.1:${port}/secret-path`, KANADE_AUDIT_WEBHOOK_SECRET_FILE: secretFile });

let alias = 0;
/** Something the administrator does; the position it got. */
async function act(backend: TestBackend): Promise<string> {
  alias += 1;
  const { status, body } = await backend.call('PUT', `/jobs/job-${alias}`, { version: '1', execute: { shell: 'sh', script: 'true' } });
  expect(status).toBe(200);
  return String(body['position']);
}
async function check(backend: TestBackend) {
  const { body } = await backend.call('GET', '/status');
  return systemStatusSchema.parse(body).checks.auditFeeds;
}
/** Waits until the feeds have found their place: what happens from here on is sent. */
const begun = (backend: TestBackend) => eventually(async () => ((await check(backend)).detail.includes(' 0 entries behind.') ? true : undefined), 'the feeds to begin');
const arrived = (receiver: Receiver, position: string) => eventually(() => (receiver.positions.includes(position) ? true : undefined), `${position} to arrive`);
async function entriesFrom(backend: TestBackend, first: string): Promise<string[]> {
  const { items } = auditPageSchema.parse((await backend.call('GET', '/audit?limit=500')).body);
  const positions = items.map(({ position }) => position).reverse();
  return positions.slice(positions.indexOf(first));
}

describe('a webhook', () => {
  it('gets each entry, signed, and after an absence the rest in order', async () => {
    let status = 204;
    const receiver = await kept(receiveWebhooks(0, () => status));
    const backend = await installation.backend(webhookTo(receiver.port));
    await begun(backend);
    const first = await act(backend);
    await arrived(receiver, first);
    const { body, signature } = receiver.requests[0] ?? { body: '', signature: '' };
    expect(signature).toBe(webhookSignature(secret, Number(/^t=(\d+),/.exec(signature)?.[1]), body));
    status = 503;
    for (let time = 0; time < 5; time += 1) await act(backend);
    const bad = await eventually(async () => {
      const found = await check(backend);
      return found.status === 'degraded' && found.detail.includes('5 entries behind') ? found : undefined;
    }, 'the status to say so');
    expect(bad.detail).toContain(`webhook http://127.0.0.1:${receiver.port}: 5 entries behind, away since`);
    expect((await backend.request('GET', '/metrics', undefined, { authorization: `Bearer ${await backend.token()}` })).body['text']).toContain('kanade_audit_feed_lag_entries{feed="webhook"} 5');
    status = 200;
    const last = await act(backend);
    await arrived(receiver, last);
    await begun(backend);
    const from = receiver.positions.indexOf(first);
    expect(receiver.positions.slice(from)).toEqual(await entriesFrom(backend, first));
    expect(`${bad.detail}${backend.logged.join('')}`).not.toMatch(new RegExp(`${secret}|secret-path`));
  });

  it('goes on where it was after a restart, with what happened while nobody was there', async () => {
    const receiver = await kept(receiveWebhooks());
    const backend = await installation.backend(webhookTo(receiver.port));
    await begun(backend);
    const first = await act(backend);
    await arrived(receiver, first);
    await begun(backend);
    await backend.stop();
    const unfed = await installation.backend();
    const missed = await act(unfed);
    await unfed.stop();
    const again = await installation.backend(webhookTo(receiver.port));
    await arrived(receiver, missed);
    await begun(again);
    expect(new Set(receiver.positions).size).toBe(receiver.positions.length);
    expect(receiver.positions.slice(receiver.positions.indexOf(first))).toEqual(await entriesFrom(again, first));
  });

  it('is told of nothing before it was set up', async () => {
    const earlier = await installation.backend();
    const before = await act(earlier);
    await earlier.stop();
    const receiver = await kept(receiveWebhooks());
    const backend = await installation.backend(webhookTo(receiver.port));
    await begun(backend);
    await arrived(receiver, await act(backend));
    expect(receiver.positions).not.toContain(before);
  });

  it('whose secret others can read gets nothing, and the backend serves on', async () => {
    writeFileSync(join(installation.broker.dataDir, 'open-secret'), secret, { mode: 0o644 });
    const receiver = await kept(receiveWebhooks());
    const backend = await installation.backend({ ...webhookTo(receiver.port), KANADE_AUDIT_WEBHOOK_SECRET_FILE: join(installation.broker.dataDir, 'open-secret') });
    await eventually(async () => ((await check(backend)).detail.includes('chmod 600') ? true : undefined), 'the reason');
    await act(backend);
    expect(receiver.positions).toEqual([]);
  });
});

describe('a receiver', () => {
  it.each(['webhook', 'tcp', 'udp'] as const)('is a witness of checkpoints over %s', async (kind) => {
    const receiver = await kept<Receiver>(kind === 'webhook' ? receiveWebhooks() : kind === 'tcp' ? receiveSyslog() : receiveDatagrams());
    const backend = await installation.backend(kind === 'webhook' ? webhookTo(receiver.port) : { KANADE_AUDIT_SYSLOG: `${kind}://127.0.0.1:${receiver.port}` });
    await begun(backend);
    const { body } = await backend.call('GET', `/checkpoints/latest?minPosition=${await act(backend)}`);
    await eventually(() => (receiver.checkpoints.includes(`${String(body['incarnation'])}:${String(body['size'])}`) ? true : undefined), 'the checkpoint to arrive');
  });
});

describe('syslog', () => {
  it.each([
    ['tcp', receiveSyslog],
    ['udp', receiveDatagrams],
  ] as const)('over %s gets each entry, and after an absence the rest in order', async (protocol, receive) => {
    const before = await receive();
    const backend = await installation.backend({ KANADE_AUDIT_SYSLOG: `${protocol}://127.0.0.1:${before.port}` });
    await begun(backend);
    const first = await act(backend);
    await arrived(before, first);
    await begun(backend);
    await before.close();
    for (let time = 0; time < 3; time += 1) await act(backend);
    await eventually(async () => ((await check(backend)).status === 'degraded' ? true : undefined), 'the receiver to be missed');
    const after = await kept(receive(before.port));
    const last = await act(backend);
    await arrived(after, last);
    const wanted = await entriesFrom(backend, first);
    // What was sent and not known to have arrived may come twice, and nothing may be missing.
    const told = [...new Set([...before.positions.slice(before.positions.indexOf(first)), ...after.positions])];
    expect(told).toEqual(wanted);
  });
});
