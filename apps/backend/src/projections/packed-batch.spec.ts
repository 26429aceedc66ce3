import { describe, expect, it } from 'vitest';
import { pack, unpack } from './packed-batch.ts';

const message = (sequence: number, headers: Record<string, string>, body: string) => ({ sequence, subject: `kanade.events.endpoint.e${sequence}`, recordedAt: 1000 + sequence, headers, body: new TextEncoder().encode(body) });

describe('a packed batch', () => {
  const messages = [
    message(1, { 'Kanade-Epoch': '1', 'Kanade-Sequence': '7' }, 'first'),
    message(2, {}, ''),
    message(2.5, { '': 'NATS/1.0 nothing that can be read' }, '{}'),
    message(3, { 'Kanade-Epoch': '2', 'Kanade-Sequence': '' }, '第三'),
    message(5, { 'Nats-Rollup': 'sub\nall', '__proto__x': 'odd' }, 'x'.repeat(1000)),
    message(6, Object.fromEntries([['a', '1'], ['__proto__', 'b']]), ''),
  ];

  it('gives back every message as it was', () => {
    expect(unpack(structuredClone(pack('events', messages)))).toEqual(messages);
  });

  it('counts bodies, texts and what objects cost', () => {
    expect(pack('events', []).bytes).toBe(0);
    expect(pack('events', messages).bytes).toBeGreaterThan(1000);
  });
});
