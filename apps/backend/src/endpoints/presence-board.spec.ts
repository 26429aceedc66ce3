import { presenceHoldMs } from '@kanade/domain';
import { describe, expect, it } from 'vitest';
import { beatTimeoutMs, PresenceBoard } from './presence-board.ts';

function board(status: 'online' | 'offline' | 'never-seen' = 'never-seen'): PresenceBoard {
  const made = new PresenceBoard();
  made.know({ id: 'e1', nkey: 'U1', status, observedAt: null }, 0);
  return made;
}

describe('the presence board', () => {
  it('says nothing of what the history says already', () => {
    expect(board('offline').due(1_000_000)).toEqual([]);
    const there = board('online');
    there.reconcile(new Set(['U1']), 1_000_000, 1_000_000);
    expect(there.due(1_000_001)).toEqual([]);
  });

  it('does not know a key nobody enrolled', () => expect(board().connected('U2', 10)).toBe(false));

  it('tells of a coming at once, and once', () => {
    const one = board();
    expect(one.connected('U1', 10_000)).toBe(true);
    expect(one.due(10_000)).toEqual([{ endpointId: 'e1', to: 'online', at: 10_000, reason: 'disconnected' }]);
    one.recorded('e1', 'online', 10_000);
    expect(one.due(10_001)).toEqual([]);
  });

  it('makes nothing of a link that flaps', () => {
    const one = board('online');
    for (let at = 10_000; at < 30_000; at += 2000) {
      one.disconnected('U1', at);
      expect(one.due(at + 999)).toEqual([]);
      one.connected('U1', at + 1000);
      expect(one.due(at + 1000)).toEqual([]);
    }
  });

  it('tells of a leaving once it has lasted', () => {
    const one = board('online');
    one.disconnected('U1', 10_000);
    expect(one.due(10_000 + presenceHoldMs)).toEqual([{ endpointId: 'e1', to: 'offline', at: 10_000, reason: 'disconnected' }]);
  });

  it('keeps an endpoint that came back before the broker noticed that it was gone', () => {
    const one = board('online');
    one.connected('U1', 9000);
    one.connected('U1', 10_000);
    one.disconnected('U1', 20_000);
    expect(one.due(20_000 + presenceHoldMs)).toEqual([]);
  });

  it('tells of one that is connected and does not beat', () => {
    const one = board('online');
    one.connected('U1', 10_000);
    one.due(10_000 + beatTimeoutMs);
    expect(one.due(10_000 + beatTimeoutMs + presenceHoldMs)).toMatchObject([{ to: 'offline', reason: 'beats-missed' }]);
    one.beat('e1', 100_000);
    one.recorded('e1', 'offline', 90_000);
    expect(one.due(100_000)).toMatchObject([{ to: 'online' }]);
  });

  it('gives those time who come back after the broker did', () => {
    const one = board('online');
    one.reconcile(new Set(), 10_000, 30_000);
    expect(one.due(30_000)).toEqual([]);
    one.connected('U1', 31_000);
    expect(one.due(60_000)).toEqual([]);
  });
});
