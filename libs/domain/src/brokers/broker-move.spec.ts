import { describe, expect, it } from 'vitest';
import { decideBrokerMove, evolveBroker, initialBroker } from './broker-move.ts';

const order = { endpointId: null, broker: { urls: ['tls://new.example:4222'], ca: null }, keepOld: true };
const moved = (version: number) => ({ kind: 'accepted', events: [{ type: 'kanade.broker.move-ordered.v1', data: { ...order, version } }] });

describe('a move to another broker address', () => {
  it('has the moment as its version', () => expect(decideBrokerMove({ ...order, now: 1000 }, initialBroker)).toEqual(moved(1000)));
  it('has a higher version than the one before, whatever the clock says', () => expect(decideBrokerMove({ ...order, now: 1000 }, { version: 1000 })).toEqual(moved(1001)));
  it('is known by its version afterwards', () => {
    const envelope = { specversion: '1.0' as const, id: 'i', source: 'control/broker/fleet', time: '2026-01-01T00:00:00.000Z' };
    expect(evolveBroker(initialBroker, { ...envelope, type: 'kanade.broker.move-ordered.v1', data: { ...order, version: 7 } })).toEqual({ version: 7 });
  });
});
