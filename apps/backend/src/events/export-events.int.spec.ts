import { loadServerKeys } from '@kanade/messaging';
import { ExportVerifier, readExportLine } from '@kanade/proof';
import type { ExportReport, HeadLine } from '@kanade/proof';
import { alterFile } from '@kanade/read-models/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startInstallation } from '../backend.spec-kit.ts';
import type { TestBackend, TestInstallation } from '../backend.spec-kit.ts';
import { FakeAgent } from '../fake-agent.spec-kit.ts';
import { FoldClient } from '../projections/fold-client.ts';

let installation: TestInstallation;
let backend: TestBackend;
let stays: FakeAgent;
let goes: FakeAgent;
let last: string;

async function linesOf(query: string): Promise<string[]> {
  const { status, body } = await backend.call('GET', `/events/export?${query}`);
  expect([status, body]).toMatchObject([200, {}]);
  return String(body['text']).trimEnd().split('\n');
}

function verify(lines: readonly string[]): ExportReport {
  const { root, control, checkpoint } = loadServerKeys(installation.broker.keysDir);
  const verifier = new ExportVerifier({ keys: { root, control, checkpoints: [checkpoint] } });
  for (const line of lines) verifier.line(line);
  return verifier.finish();
}

const headOf = (lines: readonly string[]): HeadLine => {
  const head = readExportLine(lines[0] ?? '');
  if (head?.kind !== 'head') throw new Error('there is no head');
  return head;
};
const refusal = { commandSequence: 1, reason: { code: 'expired', message: 'Too late.' } };

beforeAll(async () => {
  installation = await startInstallation();
  backend = await installation.backend();
  stays = await FakeAgent.enrol(backend, 'stays');
  goes = await FakeAgent.enrol(backend, 'goes');
  for (let count = 0; count < 150; count++) await stays.append('kanade.command.refused.v1', refusal);
  for (let count = 0; count < 150; count++) await goes.append('kanade.command.refused.v1', refusal);
  const { endpointId } = goes;
  await goes.close();
  await eventually(async () => ((await backend.call('GET', `/endpoints/${endpointId}`)).status === 200 ? true : undefined), 'the endpoint to be folded');
  expect((await backend.call('POST', `/endpoints/${endpointId}/retire`, {})).status).toBeLessThan(300);
  const erased = await backend.call('POST', `/endpoints/${endpointId}/erase`, { reason: 'asked for' });
  expect([erased.status, erased.body]).toMatchObject([202, {}]);
  last = String(erased.body['position']);
  await eventually(async () => ((await backend.call('GET', `/events?minPosition=${last}`)).status === 200 ? true : undefined), 'everything to be folded');
});
afterAll(async () => {
  await stays.close();
  await installation.stop();
});

describe('an export of events', () => {
  it('of everything is sound, and names what was erased', async () => {
    const lines = await linesOf(`minPosition=${last}`);
    const report = verify(lines);
    expect(report).toMatchObject({ ok: true, defects: [], start: 0, erasures: [{ what: 'endpoint', id: goes.endpointId }] });
    expect(report.events).toBe(report.checkpoint?.size);
    expect(report.erasures[0]?.events).toBeGreaterThan(150);
    expect(lines.filter((line) => line.includes(goes.endpointId)).join('\n')).not.toContain('Too late');
  });

  it.each([
    ['an endpoint', () => `endpointId=${stays.endpointId}`, 151],
    ['an erased endpoint', () => `endpointId=${goes.endpointId}`, 151],
    ['a type', () => 'type=kanade.command.refused.v1', 300],
    ['a person', () => 'principal=admin', 2],
    ['nobody', () => 'principal=nobody', 0],
  ])('of %s is sound', async (_, query, atLeast) => {
    const report = verify(await linesOf(`minPosition=${last}&${query()}`));
    expect(report).toMatchObject({ ok: true, defects: [] });
    expect(report.events).toBeGreaterThanOrEqual(atLeast);
  });

  it('of a part is sound, and of an empty one', async () => {
    const { incarnation, size } = headOf(await linesOf(`minPosition=${last}`)).checkpoint;
    expect(verify(await linesOf(`after=${incarnation}:200`))).toMatchObject({ ok: true, start: 200 });
    expect(verify(await linesOf(`after=${incarnation}:${size}&checkpoint=${size}`))).toMatchObject({ ok: true, events: 0 });
    expect(verify(await linesOf('to=2020-01-01T00:00:00Z'))).toMatchObject({ ok: true, events: 0, until: 0 });
  });

  it('goes on where it was broken off, for the same checkpoint', async () => {
    const lines = await linesOf(`minPosition=${last}`);
    const { checkpoint } = headOf(lines);
    const kept = lines.filter((line) => {
      const read = readExportLine(line);
      return read?.kind === 'head' || read?.kind === 'leaves' ? (read.kind === 'head' || read.from < 256) : read?.kind === 'event' && read.position <= 100;
    });
    const rest = await linesOf(`checkpoint=${checkpoint.size}&resume=${checkpoint.incarnation}:100`);
    expect(headOf(rest).checkpoint).toEqual(checkpoint);
    expect(verify([...kept, ...rest.slice(1)])).toMatchObject({ ok: true, events: checkpoint.size });
    expect((await backend.call('GET', '/events/export?checkpoint=999999')).status).toBe(404);
    expect((await backend.call('GET', '/events/export?after=00000000:1')).status).toBe(409);
  });

  it('has what the index has let go of, as if it had not', async () => {
    const recordedAt = async (position: number) => String((await backend.call('GET', `/events/${last.split(':')[0] ?? ''}:${position}`)).body['recordedAt']);
    const middle = encodeURIComponent(await recordedAt(120));
    const queries = [`endpointId=${stays.endpointId}`, 'type=kanade.command.refused.v1', 'principal=admin', 'principal=nobody', `from=${middle}`, `to=${middle}`, `endpointId=${stays.endpointId}&from=${middle}`];
    const exported = async (query: string) => {
      const lines = await linesOf(`minPosition=${last}&${query}`);
      const { ok, defects } = verify(lines);
      const positions = lines.flatMap((line) => {
        const read = readExportLine(line);
        return read?.kind === 'event' ? [read.position] : [];
      });
      return { query, ok, defects, positions };
    };
    const before = [];
    for (const query of queries) before.push(await exported(query));
    expect(before.filter(({ ok }) => !ok)).toEqual([]);
    // As days would have done it, but for the audit and where keys were given.
    alterFile(backend.app.get(FoldClient).status().file.path, [
      "DELETE FROM events WHERE position <= 250 AND position NOT IN (SELECT position FROM audit) AND typeKey NOT IN (SELECT key FROM eventTypes WHERE name LIKE '%.enrolled.v1')",
      "INSERT INTO trims (kind, before, position, swept, draining) VALUES ('events', 1, 250, 250, 0) ON CONFLICT (kind) DO UPDATE SET position = 250, swept = 250",
    ]);
    for (const [index, query] of queries.entries()) {
      expect(await exported(query)).toEqual(before[index]);
    }
    expect(before[0]?.positions.some((position) => position < 250)).toBe(true);
    expect((await backend.call('GET', `/events/${last.split(':')[0] ?? ''}:120`))).toMatchObject({ status: 404, body: { detail: expect.stringContaining('kanade event export') } });
  });
});
