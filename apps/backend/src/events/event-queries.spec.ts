import { eventListQuerySchema, eventPageSchema } from '@kanade/contracts';
import { busyHistory } from '@kanade/read-models/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemPrincipal } from '../accounts/principal.ts';
import { foldScene } from '../projections/folded-scene.spec-kit.ts';
import type { FoldedScene } from '../projections/folded-scene.spec-kit.ts';
import { listEvents } from './list-events.query.ts';

const history = busyHistory();
let scene: FoldedScene;
beforeEach(() => {
  scene = foldScene(history);
});
afterEach(() => scene.close());

const list = (query: object) => listEvents(scene.db, systemPrincipal, eventListQuerySchema.parse(query));
const positions = (query: object): number[] => list(query).items.map(({ position }) => Number(position.split(':')[1]));
const timeOf = (position: number): string => new Date(history.events[position - 1]?.recordedAt ?? 0).toISOString();
const last = history.events.length;

describe('listEvents', () => {
  it('goes back from the newest, or forward from the oldest, page by page', () => {
    const newest = list({ limit: 3 });
    expect(eventPageSchema.parse(newest)).toEqual(newest);
    expect(positions({ limit: 3 })).toEqual([last, last - 1, last - 2]);
    expect(positions({ limit: 2, cursor: newest.nextCursor })).toEqual([last - 3, last - 4]);
    const oldest = list({ limit: 2, order: 'asc' });
    expect(positions({ limit: 2, order: 'asc', cursor: oldest.nextCursor })).toEqual([3, 4]);
  });

  it('names whoever is behind an event', () => {
    expect(list({ type: 'kanade.job.applied.v1' }).items).toMatchObject([{ source: 'control/job/hello', principal: 'admin (laptop)', endpointId: null, status: 'folded' }]);
    expect(list({ type: 'kanade.run.accepted.v1', limit: 1 }).items).toMatchObject([{ source: 'endpoint/e2', endpointId: 'e2', executionId: 'x1' }]);
  });

  it('shows poison among the others, with its reason', () => {
    expect(list({ endpointId: 'e3', limit: 1 }).items).toMatchObject([{ status: 'poison', poisonReason: expect.stringContaining('JSON'), type: '' }]);
  });

  it('finds poison alone, and everything else', () => {
    const poisoned = list({ status: 'poison' }).items;
    expect(poisoned.length).toBeGreaterThan(0);
    expect(poisoned.every(({ status }) => status === 'poison')).toBe(true);
    expect(list({ status: 'folded', limit: 500 }).items.length).toBe(last - poisoned.length);
  });

  it('goes on after a position, and refuses one of another history', () => {
    const { incarnation } = scene.db.snapshot((place) => place);
    expect(positions({ after: `${incarnation}:3`, order: 'asc', limit: 2 })).toEqual([4, 5]);
    expect(positions({ after: `${incarnation}:${last}`, order: 'asc' })).toEqual([]);
    expect(positions({ after: `${incarnation}:3`, from: timeOf(6), order: 'asc', limit: 1 })).toEqual([6]);
    expect(() => list({ after: 'ffffffff:3' })).toThrow(expect.objectContaining({ code: 'position-unknown' }));
  });

  it('finds what somebody asked for: by user, with all tokens, by account and by token', () => {
    const byAdmin = list({ principal: 'admin', limit: 500 }).items;
    expect(byAdmin.map(({ type }) => type)).toContain('kanade.job.applied.v1');
    expect(byAdmin.every(({ principal }) => principal?.startsWith('admin'))).toBe(true);
    expect(list({ principal: 'token/t1', limit: 500 }).items).not.toEqual([]);
    expect(list({ principal: 'nobody' }).items).toEqual([]);
  });

  it('finds by type, endpoint and execution', () => {
    expect(list({ endpointId: 'e1' }).items.every(({ endpointId }) => endpointId === 'e1')).toBe(true);
    expect(list({ executionId: 'x2' }).items.map(({ type }) => type)).toEqual(['kanade.execution.targeted.v1', 'kanade.execution.requested.v1']);
    expect(list({ type: 'kanade.never.happened.v1' }).items).toEqual([]);
    expect(list({ endpointId: 'e9' }).items).toEqual([]);
  });

  it('finds by when it was recorded, both ends included', () => {
    expect(positions({ from: timeOf(3), to: timeOf(5), order: 'asc' })).toEqual([3, 4, 5]);
    expect(positions({ from: timeOf(last) })).toEqual([last]);
    expect(positions({ to: timeOf(1) })).toEqual([1]);
    expect(positions({ from: '2030-01-01T00:00:00.000Z' })).toEqual([]);
    expect(positions({ to: '2020-01-01T00:00:00.000Z' })).toEqual([]);
  });
});
