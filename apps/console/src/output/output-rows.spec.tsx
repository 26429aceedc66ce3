import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { renderIn } from '../page.spec-kit.tsx';
import { OutputFeed } from './output-feed.ts';
import { OutputRows } from './output-rows.tsx';

afterEach(cleanup);

function feedWith(text: string): OutputFeed {
  const feed = new OutputFeed(() => Promise.resolve({ bytes: new Uint8Array(), totalBytes: 0 }));
  feed.buffer.insert(0, new TextEncoder().encode(text));
  return feed;
}

const rows = (feed: OutputFeed, isFollowing: boolean, onFollow: (following: boolean) => void, isRunning = false) => (
  <OutputRows label="log" feed={feed} version={1} isFollowing={isFollowing} onFollow={onFollow} isWrapped={false} isRunning={isRunning} note={null} />
);

function scrollTo(log: HTMLElement, top: number): void {
  Object.defineProperties(log, { scrollHeight: { configurable: true, value: 1000 }, clientHeight: { configurable: true, value: 400 } });
  log.scrollTop = top;
  fireEvent.scroll(log);
}

describe('OutputRows', () => {
  it('keeps only what is in sight in the page', async () => {
    await renderIn('en', rows(feedWith('a line of text\n'.repeat(100_000)), false, () => undefined));
    const shown = screen.getByRole('log').querySelectorAll('.row').length;
    expect(shown).toBeGreaterThan(10);
    expect(shown).toBeLessThan(100);
  });

  it('shows markup as the text it is', async () => {
    await renderIn('en', rows(feedWith('<img src=x onerror=alert(1)>\n'), false, () => undefined));
    expect(screen.getByText('<img src=x onerror=alert(1)>')).toBeTruthy();
  });

  it('stops following when the reader scrolls up, and begins again at the end', async () => {
    const onFollow = vi.fn();
    const feed = feedWith('x\n'.repeat(50));
    const { unmount } = await renderIn('en', rows(feed, true, onFollow));
    scrollTo(screen.getByRole('log'), 600);
    expect(onFollow).not.toHaveBeenCalled();
    scrollTo(screen.getByRole('log'), 300);
    expect(onFollow).toHaveBeenLastCalledWith(false);
    unmount();
    await renderIn('en', rows(feed, false, onFollow));
    scrollTo(screen.getByRole('log'), 600);
    expect(onFollow).toHaveBeenLastCalledWith(true);
  });

  it('says that what is not stored yet will follow, and offers no button that could not help', async () => {
    const feed = feedWith('');
    feed.hear(68, new TextEncoder().encode('line 1'));
    await renderIn('en', rows(feed, false, () => undefined, true));
    expect(screen.getByText('68 B printed earlier, shown as soon as they are stored')).toBeTruthy();
    expect(screen.queryByRole('button')).toBeNull();
    feed.stop();
  });

  it('says that it is loading what it is about to read, and offers no button meanwhile', async () => {
    const feed = feedWith('');
    feed.expect(11);
    await renderIn('en', rows(feed, false, () => undefined));
    expect(screen.getByText('Loading…')).toBeTruthy();
    expect(screen.getByRole('log').getAttribute('aria-busy')).toBe('true');
    expect(screen.queryByRole('button')).toBeNull();
    feed.stop();
  });

  it('offers to load what is not there', async () => {
    const feed = feedWith('x\n');
    feed.buffer.expect(5 * 1024 * 1024);
    const load = vi.spyOn(feed, 'load').mockResolvedValue();
    await renderIn('ja', rows(feed, false, () => undefined));
    fireEvent.click(screen.getByRole('button', { name: '1 MiB を読み込む' }));
    expect(load).toHaveBeenCalledWith({ kind: 'gap', from: 2, to: 5 * 1024 * 1024 });
  });
});
