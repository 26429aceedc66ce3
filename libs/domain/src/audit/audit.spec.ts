import { describe, expect, it } from 'vitest';
import { decideRefusals } from './audit.ts';

const refused = { operation: 'createExecution', code: 'forbidden', target: null, since: '2026-01-31T12:00:00.000Z' } as const;

describe('counted refusals', () => {
  it('are one event', () => {
    expect(decideRefusals({ ...refused, count: 3 })).toEqual({ kind: 'accepted', events: [{ type: 'kanade.audit.refused.v1', data: { ...refused, count: 3 } }] });
  });
  it('are none where there were none', () => expect(decideRefusals({ ...refused, count: 0 })).toEqual({ kind: 'accepted', events: [] }));
});
