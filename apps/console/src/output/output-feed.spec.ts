import { ApiError } from '@kanade/api-client';
import { describe, expect, it, vi } from 'vitest';
import { OutputBuffer } from './output-buffer.ts';
import { OutputFeed } from './output-feed.ts';
import type { ReadOutput } from './output-feed.ts';

const kib = 1024;
const mib = 1024 * kib;

/** A stream of which more is stored every time `store` is called. */
function storage(initial: number) {
  let stored = initial;
  const asked: string[] = [];
  const read: ReadOutput = (offset, limit) => {
    asked.push(`${offset}+${limit}`);
    const bytes = new Uint8Array(Math.max(0, Math.min(limit, stored - offset))).fill(0x61);
    return Promise.resolve({ bytes, totalBytes: stored });
  };
  return {
    read,
    asked,
    store: (total: number) => {
      stored = total;
    },
  };
}

describe('OutputFeed', () => {
  it('reads the whole of a short output', async () => {
    const { read } = storage(300);
    const feed = new OutputFeed(read);
    feed.refresh();
    await vi.waitFor(() => {
      expect(feed.buffer.total).toBe(300);
    });
    expect(feed.buffer.missing()).toEqual([]);
    feed.stop();
  });

  it('reads beginning and end of a long one and leaves the middle until it is asked for', async () => {
    const { read } = storage(10 * mib);
    const feed = new OutputFeed(read);
    feed.refresh();
    const middle = { from: 128 * kib, to: 9 * mib };
    await vi.waitFor(() => {
      expect(feed.buffer.missing()).toEqual([middle]);
    });
    await feed.load(middle);
    expect(feed.buffer.missing()).toEqual([{ from: 128 * kib, to: 8 * mib }]);
    feed.stop();
  });

  it('fetches a hole before live bytes as soon as it is stored', async () => {
    const { read, store } = storage(100);
    const feed = new OutputFeed(read);
    feed.refresh();
    await vi.waitFor(() => {
      expect(feed.buffer.total).toBe(100);
    });
    feed.hear(500, new Uint8Array(10).fill(0x62));
    expect(feed.buffer.missing()).toEqual([{ from: 100, to: 500 }]);
    store(510);
    await vi.waitFor(
      () => {
        expect(feed.buffer.missing()).toEqual([]);
      },
      { timeout: 5000 },
    );
    feed.stop();
  });

  it('fetches the beginning, too, when the first bytes were heard before any was stored', async () => {
    const { read, store } = storage(0);
    const feed = new OutputFeed(read);
    feed.refresh();
    await vi.waitFor(() => {
      expect(feed.begun).toBe(true);
    });
    feed.hear(68, new Uint8Array(10).fill(0x62));
    store(78);
    await vi.waitFor(
      () => {
        expect(feed.buffer.missing()).toEqual([]);
      },
      { timeout: 5000 },
    );
    feed.stop();
  });

  it('looks again for what was printed before anybody listened, for as long as the run goes on', async () => {
    const { read, store } = storage(0);
    const feed = new OutputFeed(read);
    feed.goesOn(true);
    feed.refresh();
    await vi.waitFor(() => {
      expect(feed.begun).toBe(true);
    });
    store(7);
    await vi.waitFor(() => {
      expect(feed.buffer.total).toBe(7);
    });
    feed.stop();
  });

  it('does not fetch again what it let go itself', async () => {
    const { read, asked } = storage(3 * kib);
    const feed = new OutputFeed(read, new OutputBuffer(2 * kib));
    feed.refresh();
    await vi.waitFor(() => {
      expect(feed.begun).toBe(true);
    });
    for (let at = 3 * kib; at < 8 * kib; at += 512) feed.hear(at, new Uint8Array(512).fill(0x62));
    expect(feed.buffer.missing()[0]?.from).toBe(0);
    const before = asked.length;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(asked).toHaveLength(before);
    feed.stop();
  });

  it('says why it cannot read, and does not ask again in vain', async () => {
    const refusal = new ApiError({ code: 'output-expired', status: 410, message: 'gone' });
    const read = vi.fn<ReadOutput>().mockRejectedValue(refusal);
    const feed = new OutputFeed(read);
    feed.refresh();
    await vi.waitFor(() => {
      expect(feed.failure).toBe(refusal);
    });
    expect(feed.begun).toBe(true);
    expect(read).toHaveBeenCalledTimes(1);
    feed.stop();
  });

  it('goes on after it was stopped and refreshed in one breath', async () => {
    const { read } = storage(50);
    const feed = new OutputFeed(read);
    feed.refresh();
    feed.stop();
    feed.refresh();
    await vi.waitFor(() => {
      expect(feed.buffer.total).toBe(50);
    });
    feed.stop();
  });
});
