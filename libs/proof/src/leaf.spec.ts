import { describe, expect, it } from 'vitest';
import { eventLeaf, leafText } from './leaf.ts';

const event = {
  sequence: 7, recordedAt: 1_769_860_800_010, subject: 'kanade.events.endpoint.e1', bodyDigest: 'a'.repeat(64),
  headers: { 'Kanade-Sequence': '3', 'Kanade-Epoch': '1', 'Nats-Batch-Id': 'b "1"' },
};

describe('an event’s leaf', () => {
  it('is what the format says, to the byte', () => {
    expect(leafText(event)).toBe(
      `["kanade.leaf.v1",7,1769860800010,"kanade.events.endpoint.e1","${'a'.repeat(64)}",[["Kanade-Epoch","1"],["Kanade-Sequence","3"],["Nats-Batch-Id","b \\"1\\""]]]`,
    );
    expect(eventLeaf(event).toString('hex')).toBe('de1880d5042258952b5abac3aad967807528227ef96b2b5ca29874ec93f670f2');
  });

  it.each([
    ['its place', { sequence: 8 }],
    ['its time', { recordedAt: 1_769_860_800_011 }],
    ['its subject', { subject: 'kanade.events.endpoint.e2' }],
    ['a header', { headers: { ...event.headers, 'Kanade-Epoch': '2' } }],
    ['a header more', { headers: { ...event.headers, 'Kanade-Key': 'k' } }],
    ['its body', { bodyDigest: 'b'.repeat(64) }],
  ])('is another with another %s', (_, change) => {
    expect(eventLeaf({ ...event, ...change })).not.toEqual(eventLeaf(event));
  });
});
