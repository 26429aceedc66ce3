import { auditEntrySchema, auditListQuerySchema, auditPageSchema } from '@kanade/contracts';
import { build } from '@kanade/read-models';
import { busyHistory } from '@kanade/read-models/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { foldScene } from '../projections/folded-scene.spec-kit.ts';
import type { FoldedScene } from '../projections/folded-scene.spec-kit.ts';
import { auditPieces } from './export-audit.query.ts';
import { listAudit } from './list-audit.query.ts';

const since = '2026-01-31T12:00:00.000Z';

/** What busy people did, and what they were refused. */
function audited() {
  const history = busyHistory();
  history.control('account', 'a2', 'kanade.account.created.v1', { accountId: 'a2', username: 'Hana' }, { principal: 'account/a1', remoteaddress: '203.0.113.1', interface: 'console' });
  const refused = { operation: 'createExecution', code: 'forbidden', target: null, count: 3, since } as const;
  history.control('audit', 'a2', 'kanade.audit.refused.v1', refused, { principal: 'account/a2', remoteaddress: '203.0.113.2', interface: 'cli' });
  history.control('audit', 'strangers', 'kanade.audit.refused.v1', { ...refused, operation: 'createToken' }, { principal: 'stranger', remoteaddress: '203.0.113.2', interface: 'api' });
  return history;
}

const history = audited();
let scene: FoldedScene;
beforeEach(() => {
  scene = foldScene(history);
});
afterEach(() => scene.close());

const list = (query: object) => listAudit(scene.db, auditListQuerySchema.parse(query));
const types = (query: object): string[] => list(query).items.map(({ type }) => type.replace(/^kanade\.|\.v\d$/g, ''));
const last = history.events.length;
const timeOf = (position: number): string => new Date(history.events[position - 1]?.recordedAt ?? 0).toISOString();

describe('listAudit', () => {
  it('goes back from the newest, page by page, and says at which position', () => {
    const all = list({});
    expect(auditPageSchema.parse(all)).toEqual(all);
    expect(all.position).toBe(`0badcafe:${last}`);
    expect(all.items.length).toBeGreaterThan(5);
    const pages: string[] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      pages.push(...page.items.map(({ position }) => position));
      cursor = page.nextCursor;
    }
    expect(pages).toEqual(all.items.map(({ position }) => position));
  });

  it('shows who did what to what, from where, and what was refused', () => {
    expect(list({ limit: 3 }).items).toMatchObject([
      { principal: 'stranger', name: 'stranger', outcome: 'refused', operation: 'createToken', code: 'forbidden', count: 3, target: { kind: '', id: null, name: null } },
      { principal: 'account/a2', name: 'Hana', remoteAddress: '203.0.113.2', interface: 'cli', outcome: 'refused', operation: 'createExecution' },
      { principal: 'account/a1', name: 'admin', interface: 'console', outcome: 'done', type: 'kanade.account.created.v1', target: { kind: 'account', id: 'a2', name: 'Hana' } },
    ]);
    expect(list({ target: 'hello' }).items).toMatchObject([{ name: 'admin (laptop)', scriptDigest: 'c'.repeat(64), target: { kind: 'job', id: 'hello', name: 'hello@1.0.0' } }]);
  });

  it('finds by whom: an account with its tokens, a token alone, strangers', () => {
    expect(types({ principal: 'hana' })).toEqual(['audit.refused']);
    expect(types({ principal: 'account/a2' })).toEqual(['audit.refused']);
    expect(types({ principal: 'admin' })).toEqual(expect.arrayContaining(['job.applied', 'account.created', 'execution.requested']));
    expect(types({ principal: 'token/t1' })).toEqual(['secret.set', 'enrolment.token-created', 'job.applied']);
    expect(types({ principal: 'stranger' })).toEqual(['audit.refused']);
    expect(types({ principal: 'nobody' })).toEqual([]);
  });

  it('finds by what, from where, over what and when', () => {
    expect(types({ outcome: 'refused' })).toHaveLength(2);
    expect(types({ outcome: 'refused', interface: 'cli' })).toEqual(['audit.refused']);
    expect(types({ address: '203.0.113.1' })).toEqual(['account.created']);
    expect(types({ type: 'kanade.job.applied.v1' })).toEqual(['job.applied']);
    expect(types({ target: 'x1' })).toEqual(['execution.requested']);
    expect(types({ search: 'HANA' })).toEqual(['audit.refused', 'account.created']);
    expect(types({ search: '%' })).toEqual([]);
    expect(types({ from: timeOf(last - 1) })).toHaveLength(2);
    expect(types({ from: timeOf(last - 2), to: timeOf(last - 2) })).toEqual(['account.created']);
  });
});

describe('an export', () => {
  it('has every entry once, oldest first, up to its position, however long it is', async () => {
    const long = audited();
    for (let number = 0; number < 1200; number += 1) {
      long.control('endpoint', 'e1', 'kanade.endpoint.alias-changed.v1', { endpointId: 'e1', alias: `=${number}` }, { principal: 'account/a1' });
    }
    const wide = foldScene(long);
    const pieces: string[] = [];
    let reads = 0;
    const reader = () => {
      reads += 1;
      return Promise.resolve(wide.db);
    };
    for await (const piece of auditPieces(reader, '0badcafe', { after: 0, before: long.events.length }, 'ndjson')) pieces.push(piece);
    const positions = pieces.join('').trim().split('\n').map((line) => auditEntrySchema.parse(JSON.parse(line)).position);
    const wanted = wide.db.all(build.selectFrom('audit').select('position').where('position', '<', long.events.length).orderBy('position'));
    expect(positions).toEqual(wanted.map(({ position }) => `0badcafe:${position}`));
    expect(positions.length).toBeGreaterThan(1200);
    expect(reads).toBeGreaterThan(2);
    wide.close();
  });

  it('is cut short, loudly, when the history turns out to be another', async () => {
    const pieces = auditPieces(() => Promise.resolve(scene.db), 'ffffffff', { after: 0, before: 5 }, 'csv');
    expect((await pieces.next()).value).toContain('position,');
    await expect(pieces.next()).rejects.toMatchObject({ code: 'position-unknown' });
  });
});
