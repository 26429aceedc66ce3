import { busyHistory } from '@kanade/read-models/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldScene } from '../../projections/folded-scene.spec-kit.ts';
import type { FoldedScene } from '../../projections/folded-scene.spec-kit.ts';
import { continuedAt } from './audit-feed.ts';

const history = busyHistory();
const now = { incarnation: '0badcafe', sequence: history.events.length };
const recordedAt = (position: number): number => history.events[position - 1]?.recordedAt ?? 0;
let scene: FoldedScene;
beforeAll(() => {
  scene = foldScene(history);
});
afterAll(() => scene.close());

describe('a feed goes on', () => {
  it('from now where it was never before', () => expect(continuedAt(scene.db, undefined, now)).toBe(now.sequence));
  it('from its place', () => expect(continuedAt(scene.db, { incarnation: '0badcafe', sequence: 7, recordedAt: recordedAt(7) }, now)).toBe(7));
  it('in a restored history from the time of its place: what the backup has again, and all that came after it', () => {
    expect(continuedAt(scene.db, { incarnation: 'ffffffff', sequence: 900, recordedAt: recordedAt(7) }, now)).toBe(6);
    expect(continuedAt(scene.db, { incarnation: 'ffffffff', sequence: 900, recordedAt: recordedAt(now.sequence) + 60_000 }, now)).toBe(now.sequence);
  });
});
