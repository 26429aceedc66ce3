import { describe, expect, it } from 'vitest';
import { readDeliveryPlace } from './delivery-place.ts';

const read = (subject: string) => readDeliveryPlace(Buffer.from(subject));

describe('where a delivery is acknowledged', () => {
  it('tells where the message lies', () => {
    expect(read('$JS.ACK.KANADE_EVENTS.reader-1.1.42.7.1764547200123456789.0')).toEqual({ sequence: 42, consumerSequence: 7, recordedAt: 1_764_547_200_123, pending: 0 });
  });

  it('is rounded down to the millisecond, however close to the next', () => {
    expect(read('$JS.ACK.S.c.1.1.1.1764547200123999999.0')?.recordedAt).toBe(1_764_547_200_123);
  });

  it.each([
    ['an inbox', '_INBOX.a.1'],
    ['nothing', ''],
    ['fewer tokens', '$JS.ACK.S.c.1.1.1.1764547200123999999'],
    ['more tokens', '$JS.ACK.domain.hash.S.c.1.1.1.1764547200123999999.0.x'],
    ['no number', '$JS.ACK.S.c.1.x.1.1764547200123999999.0'],
    ['an empty token', '$JS.ACK.S.c.1..1.1764547200123999999.0'],
    ['a number that is none exactly', '$JS.ACK.S.c.1.99999999999999999999.1.1764547200123999999.0'],
  ])('is not %s', (_, subject) => {
    expect(read(subject)).toBeUndefined();
  });
});
