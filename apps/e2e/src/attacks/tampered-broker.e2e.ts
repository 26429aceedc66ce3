import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { headers as newHeaders } from '@nats-io/transport-node';
import { createSigningKey, loadServerKeys, signMessage } from '@kanade/messaging';
import type { SigningKey } from '@kanade/messaging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventListSchema, resultSchema } from '../answers.ts';
import { Installation } from '../installation.ts';
import { until } from '../until.ts';
import { Observer } from './observer.ts';
import type { KeptMessage } from './observer.ts';

const statusSchema = z.looseObject({ status: z.string(), checks: z.looseObject({ broker: z.looseObject({ status: z.string(), detail: z.string() }), fold: z.looseObject({ detail: z.string() }) }) });
const endpointSchema = z.looseObject({ standing: z.string(), alias: z.string().nullable(), quarantined: z.boolean() });
const pubAck = z.looseObject({ seq: z.int().positive() });

let kanade: Installation;
let observer: Observer;
let endpointId: string;
/** The thief's own: nobody has told anybody of it. */
const thief = createSigningKey();

/** What no thief has: to show that nothing but the signature kept the forgeries out. */
const realKeys = () => loadServerKeys(join(kanade.dataDir, 'keys'));
/** A token begins with the id its record lies under. */
function tokenRecordOf(token: string): string {
  const id = Buffer.from(token.slice('kanade_'.length), 'base64url').toString('hex', 0, 16);
  return `$KV.kanade_identity.token.${id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}`;
}
const controlSubject = () => `kanade.events.control.endpoint.${endpointId}`;
const show = () => kanade.json(endpointSchema, 'endpoint', 'show', endpointId);
const whoAmI = (token: string) => fetch(`${kanade.runtime.httpUrl}/api/v1/endpoints`, { headers: { authorization: `Bearer ${token}` } });
const status = () => kanade.json(statusSchema, 'status');
const eventOf = (data: object, type: string, source: string) => JSON.stringify({ specversion: '1.0', id: crypto.randomUUID(), source, type, time: new Date().toISOString(), data });
const signed = (key: SigningKey, purpose: 'control' | 'command', subject: string, body: string) => signMessage(key, purpose, subject, Buffer.from(body));

/** Writes straight into the broker, as whoever holds it can; answers the sequence. */
async function write(subject: string, body: Uint8Array | string, more: Readonly<Record<string, string>> = {}): Promise<number> {
  const headers = newHeaders();
  // What the broker itself acted on when a genuine message was stored would keep a copy of it out.
  for (const [name, value] of Object.entries(more)) if (!name.startsWith('Nats-')) headers.set(name, value);
  return pubAck.parse((await observer.nc.request(subject, body, { headers, timeout: 5000 })).json()).seq;
}

const poisoned = (sequence: number) =>
  until(`event ${sequence} to be listed as poisoned`, async () => {
    const { items } = await kanade.json(eventListSchema, 'event', 'list', '--poisoned', '--limit', '500');
    return items.find(({ position }) => position.endsWith(`:${sequence}`));
  });

beforeAll(async () => {
  kanade = await Installation.start();
  observer = await Observer.connect(kanade.runtime);
  endpointId = kanade.runtime.agents[0]?.endpointId ?? '';
  expect(await kanade.cli('endpoint', 'alias', endpointId, 'first')).toMatchObject({ code: 0 });
  expect(await kanade.cli('endpoint', 'alias', endpointId, 'second')).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await observer.nc.close();
  await kanade.discard();
});

describe('an identity record written straight into the broker', () => {
  it('lets nobody in, whether copied to another name or altered, and the status says so until it is gone', async () => {
    const { token } = kanade;
    const real = await observer.last('KV_kanade_identity', tokenRecordOf(token));
    const forged = `kanade_${randomBytes(48).toString('base64url')}`;
    expect((await whoAmI(forged)).status).toBe(401);
    const records: Record<string, Uint8Array | string> = {
      'of the administrator, under the thief’s own token': real.body,
      'without a seal': real.body.subarray(65),
      'altered below its seal': Buffer.from(real.body).toString().replace(/"expiresAt":"\d/, '"expiresAt":"9'),
    };
    const record = tokenRecordOf(forged);
    for (const [what, body] of Object.entries(records)) {
      await write(record, body);
      // A backend remembers for a moment whom it let in, or did not.
      const answer = await until(`the record ${what} to be noticed`, async () => {
        const tried = await whoAmI(forged);
        return tried.status === 401 ? undefined : tried;
      });
      expect(answer.status, what).toBe(500);
      expect(await answer.text(), what).toContain('not written by kanade');
    }
    const { checks } = await status();
    expect(checks.broker).toMatchObject({ status: 'degraded', detail: expect.stringContaining(record.slice('$KV.kanade_identity.'.length)) });
    await write(record, '', { 'KV-Operation': 'DEL' });
    await until('the stranger to be one again', async () => (await whoAmI(forged)).status === 401 || undefined);
    expect((await status()).checks.broker.status).toBe('ok');
    expect((await whoAmI(token)).status).toBe(200);
  });
});

describe('a control event written straight into the broker', () => {
  const retired = () => eventOf({ endpointId }, 'kanade.endpoint.retired.v1', `control/endpoint/${endpointId}`);
  let genuine: KeptMessage[];

  beforeAll(async () => {
    genuine = await observer.all('KANADE_EVENTS', controlSubject());
  });

  it.each([
    ['without a signature', () => ({ body: retired(), headers: {} })],
    ['with a signature of the thief’s', () => {
      const body = retired();
      return { body, headers: signed(thief, 'control', controlSubject(), body) };
    }],
    ['with the signature of another event', () => ({ body: retired(), headers: genuine[0]?.headers ?? {} })],
    ['that was genuine, once more', () => {
      const named = genuine.find(({ body }) => Buffer.from(body).toString().includes('"alias":"first"'));
      if (named === undefined) throw new Error('the endpoint was never called first');
      return named;
    }],
    ['that is no text', () => ({ body: new Uint8Array([0xff, 0x00]), headers: {} })],
  ])('%s is poison, decides nothing, and is seen', async (_what, make) => {
    const { body, headers } = make();
    const sequence = await write(controlSubject(), body, headers);
    expect(await poisoned(sequence)).toMatchObject({ status: 'poison', poisonReason: expect.stringMatching(/./) });
    expect(await show()).toMatchObject({ standing: 'active', alias: 'second' });
    await until('the status to say so', async () => /could not be folded.*kanade read-model poison list/.test((await status()).checks.fold.detail) || undefined);
  });

  it('would count with the one signature that does', async () => {
    const body = eventOf({ endpointId, alias: 'by the real key' }, 'kanade.endpoint.alias-changed.v1', `control/endpoint/${endpointId}`);
    await write(controlSubject(), body, signed(realKeys().control, 'control', controlSubject(), body));
    await until('the alias', async () => ((await show()).alias === 'by the real key' || undefined));
  });

  it('keeps nobody from deciding about the same endpoint', async () => {
    expect(await kanade.cli('endpoint', 'alias', endpointId, 'third')).toMatchObject({ code: 0 });
    await until('the new alias', async () => ((await show()).alias === 'third' || undefined));
  });
});

describe('a command written straight into an endpoint’s queue', () => {
  const subject = () => `kanade.commands.${endpointId}`;
  const refusalSchema = z.looseObject({ data: z.looseObject({ commandSequence: z.int(), reason: z.looseObject({ code: z.string() }) }) });
  let written = 0;

  /** A command that would leave a trace, and the trace. */
  function command(): { readonly body: string; readonly trace: string } {
    const trace = join(kanade.dataDir, `trace-${(written += 1)}`);
    const at = Date.now();
    const body = JSON.stringify({
      id: crypto.randomUUID(), recipient: endpointId, issuedAt: new Date(at).toISOString(), expiresAt: new Date(at + 3_600_000).toISOString(), type: 'kanade.command.run.v1',
      runId: crypto.randomUUID(), executionId: crypto.randomUUID(), attempt: 1, execute: { shell: 'sh', timeoutMs: 60_000, runAs: 'system', cwd: null },
      content: { script: `touch ${trace}`, env: {}, arguments: [] }, supersedeKey: null,
    });
    return { body, trace };
  }

  async function refusalOf(sequence: number) {
    const { items } = await kanade.json(eventListSchema, 'event', 'list', '--endpoint', endpointId, '--type', 'kanade.command.refused.v1', '--limit', '500');
    for (const { position } of items) {
      const { body } = await kanade.json(z.looseObject({ body: z.string() }), 'event', 'show', position);
      const shown = refusalSchema.safeParse(JSON.parse(body));
      if (shown.success && shown.data.data.commandSequence === sequence) return shown.data.data.reason;
    }
    return undefined;
  }

  it.each([
    ['without a signature', 'unsigned', () => ({})],
    ['with a signature of the thief’s', 'key-unknown', (body: string) => signed(thief, 'command', subject(), body)],
    ['with the name of the real key above a signature of the thief’s', 'signature-invalid', (body: string) => ({ ...signed(thief, 'command', subject(), body), 'Kanade-Key': realKeys().command.id })],
    ['with a real signature for something else', 'signature-invalid', (body: string) => signed(realKeys().command, 'control', subject(), body)],
  ])('%s is refused by the agent, which says so in the history', async (_what, code, sign) => {
    const { body, trace } = command();
    const sequence = await write(subject(), body, sign(body));
    expect(await until('the refusal', () => refusalOf(sequence))).toMatchObject({ code });
    // The queue goes on behind what was forged.
    expect((await kanade.json(resultSchema, 'run', '--endpoint', endpointId, '--', 'echo real')).runs).toMatchObject([{ state: 'succeeded', stdout: 'real\n' }]);
    expect(existsSync(trace)).toBe(false);
  });

  it('would be obeyed with the one signature that counts', async () => {
    const { body, trace } = command();
    await write(subject(), body, signed(realKeys().command, 'command', subject(), body));
    await until('what it does to be done', () => existsSync(trace) || undefined);
  });
});

// The last: an endpoint in whose name somebody else writes gets nothing to do until a person has looked.
describe('an event written straight in an endpoint’s name', () => {
  it('is poison, and the endpoint is marked', async () => {
    const event = eventOf({ commandSequence: 1, reason: { code: 'expired', message: 'forged' } }, 'kanade.command.refused.v1', `endpoint/${endpointId}`);
    const sequence = await write(`kanade.events.endpoint.${endpointId}`, event);
    expect(await poisoned(sequence)).toMatchObject({ status: 'poison', poisonReason: expect.stringMatching(/./) });
    await until('it to be shown', async () => (await show()).quarantined || undefined);
    expect((await kanade.cli('endpoint', 'list')).stdout).toContain('quarantined');
    const refused = await kanade.cli('run', '--endpoint', endpointId, '--', 'true');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('quarantine');
  });
});
