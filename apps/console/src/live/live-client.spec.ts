import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveClient, reconnectDelay } from './live-client.ts';
import type { LiveHandlers } from './live-client.ts';

function openings() {
  const sockets: { handlers: LiveHandlers; sent: string[]; isClosed: boolean }[] = [];
  const client = new LiveClient({
    random: () => 0,
    open: (handlers) => {
      const socket = { handlers, sent: new Array<string>(), isClosed: false };
      sockets.push(socket);
      return {
        send: (data) => socket.sent.push(data),
        close: () => {
          socket.isClosed = true;
        },
      };
    },
  });
  return { client, sockets };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('LiveClient', () => {
  it('asks for a topic once however many want it, and lets go of it with the last', () => {
    const { client, sockets } = openings();
    client.start();
    sockets[0]?.handlers.opened();
    const stops = [client.subscribe({ kind: 'changes' }), client.subscribe({ kind: 'changes' })];
    expect(sockets[0]?.sent).toEqual(['{"type":"subscribe","id":"t1","topic":{"kind":"changes"}}']);
    stops[0]?.();
    expect(sockets[0]?.sent).toHaveLength(1);
    stops[1]?.();
    expect(sockets[0]?.sent[1]).toBe('{"type":"unsubscribe","id":"t1"}');
  });

  it('comes back after a loss, asks for everything again and says so', () => {
    const { client, sockets } = openings();
    const reconnected = vi.fn();
    client.onReconnect(reconnected);
    client.subscribe({ kind: 'execution', executionId: 'x' });
    client.start();
    sockets[0]?.handlers.opened();
    expect(reconnected).not.toHaveBeenCalled();
    sockets[0]?.handlers.closed();
    expect(client.getStatus()).toBe('waiting');
    vi.advanceTimersByTime(500);
    sockets[1]?.handlers.opened();
    expect(client.getStatus()).toBe('open');
    expect(sockets[1]?.sent).toHaveLength(1);
    expect(reconnected).toHaveBeenCalledTimes(1);
  });

  it('waits longer after each failure, up to fifteen seconds, and not at all when it is told to', () => {
    const { client, sockets } = openings();
    client.start();
    sockets[0]?.handlers.closed();
    vi.advanceTimersByTime(500);
    sockets[1]?.handlers.closed();
    vi.advanceTimersByTime(500);
    expect(sockets).toHaveLength(2);
    client.retryNow();
    expect(sockets).toHaveLength(3);
    expect([0, 3, 20].map((attempt) => reconnectDelay(attempt, 0))).toEqual([500, 4000, 15_000]);
    expect(reconnectDelay(0, 1)).toBe(250);
  });

  it('hears nothing of a socket it has left', () => {
    const { client, sockets } = openings();
    const heard = vi.fn();
    client.onMessage(heard);
    client.start();
    sockets[0]?.handlers.opened();
    sockets[0]?.handlers.received('{"type":"changed","kind":"job","id":"a","position":"00000000:1"}');
    sockets[0]?.handlers.received('{"type":"something newer"}');
    sockets[0]?.handlers.received('{"type":"rebuilt","position":"00000000:1"}');
    client.stop();
    sockets[0]?.handlers.received('{"type":"changed","kind":"job","id":"b","position":"00000000:2"}');
    sockets[0]?.handlers.closed();
    vi.advanceTimersByTime(60_000);
    expect(heard).toHaveBeenCalledTimes(2);
    expect(sockets[0]?.isClosed).toBe(true);
    expect(sockets).toHaveLength(1);
  });
});
