import { describe, expect, it } from 'vitest';
import { upcast, upcastersText } from './upcast.ts';
import type { Upcaster } from './upcast.ts';

const table = new Map<string, Upcaster>([
  ['kanade.lamp.lit.v1', (event) => ({ ...event, type: 'kanade.lamp.lit.v2', data: { lamp: event['data'], colour: 'white' } })],
  ['kanade.lamp.lit.v2', (event) => ({ ...event, type: 'kanade.lamp.lit.v3', brightness: 1 })],
]);

describe('upcasting', () => {
  it('goes through every version to the newest', () => {
    const old = { type: 'kanade.lamp.lit.v1', id: 'i', data: 'desk' };
    expect(upcast(old, table)).toEqual({ type: 'kanade.lamp.lit.v3', id: 'i', data: { lamp: 'desk', colour: 'white' }, brightness: 1 });
    expect(old).toEqual({ type: 'kanade.lamp.lit.v1', id: 'i', data: 'desk' });
  });

  it.each([null, 'text', 7, [], {}, { type: 3 }, { type: 'kanade.lamp.lit.v3' }, { type: 'kanade.lamp.broken.v1' }])('leaves %j alone', (value) => {
    expect(upcast(value, table)).toBe(value);
  });

  it('ends in a table that leads in a circle', () => {
    const circle = new Map<string, Upcaster>([['a', () => ({ type: 'b' })], ['b', () => ({ type: 'a' })]]);
    expect(upcast({ type: 'a' }, circle)).toEqual({ type: 'a' });
  });

  it('is told from another by its text', () => {
    expect(upcastersText(table)).toContain('white');
    expect(upcastersText(new Map())).toBe('');
  });
});
