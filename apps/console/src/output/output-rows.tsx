import { Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import type { OutputRow } from './output-buffer.ts';
import type { OutputFeed } from './output-feed.ts';
import classes from './output-view.module.css';

const rowHeight = 20;
const loadBytes = 1024 * 1024;

interface OutputRowsProps {
  readonly label: string;
  readonly feed: OutputFeed;
  /** Changes with the feed's buffer; a new one is what makes the rows be read again. */
  readonly version: number;
  readonly isFollowing: boolean;
  readonly onFollow: (following: boolean) => void;
  readonly isWrapped: boolean;
  readonly isRunning: boolean;
  readonly note: ReactNode;
}

interface RowContentProps {
  readonly row: OutputRow | undefined;
  readonly feed: OutputFeed;
  readonly isRunning: boolean;
}

function RowContent({ row, feed, isRunning }: RowContentProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (row?.kind !== 'gap') return row?.text;
  const size = row.to - row.from;
  // The endpoint stores what it prints in chunks; what came before somebody looked follows with its chunk.
  if (isRunning && feed.fills(row)) return t('output.pending', { size: format.bytes(size) });
  if (feed.isReading && feed.fills(row)) return t('table.loading');
  return (
    <>
      {t('output.gap', { size: format.bytes(size) })}
      <Button size="compact-xs" variant="subtle" onClick={() => void feed.load(row)}>
        {t('output.loadMore', { size: format.bytes(Math.min(size, loadBytes)) })}
      </Button>
    </>
  );
}

/** Only the rows in sight exist. Scrolling up stops following, scrolling to the end begins it again. */
export function OutputRows({ label, feed, version, isFollowing, onFollow, isWrapped, isRunning, note }: OutputRowsProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const count = feed.buffer.rowCount;
  const rows = useVirtualizer({ count, getScrollElement: () => scroll.current, estimateSize: () => rowHeight, overscan: 20 });
  useEffect(() => {
    const element = scroll.current;
    if (isFollowing && element) element.scrollTop = element.scrollHeight;
  }, [isFollowing, version, count, isWrapped]);
  return (
    <div
      ref={scroll}
      className={`${classes['scroll'] ?? ''} ${isWrapped ? (classes['wrap'] ?? '') : ''}`}
      role="log"
      aria-label={label}
      aria-live="off"
      aria-busy={!isRunning && feed.isReading}
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        const isAtEnd = scrollHeight - scrollTop - clientHeight < rowHeight;
        // Following only ever moves down, so whatever moves up is the reader.
        if (isAtEnd !== isFollowing && (isAtEnd || scrollTop < lastTop.current)) onFollow(isAtEnd);
        lastTop.current = scrollTop;
      }}
    >
      {note !== null && <div className={classes['note']}>{note}</div>}
      <div className={classes['rows']} style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ key, index, start }) => {
          const row = feed.buffer.row(index);
          return (
            <div
              key={key}
              ref={isWrapped ? rows.measureElement : undefined}
              data-index={index}
              className={`${classes['row'] ?? ''} ${row?.kind === 'gap' ? (classes['gap'] ?? '') : ''}`}
              style={{ transform: `translateY(${start}px)` }}
            >
              <RowContent row={row} feed={feed} isRunning={isRunning} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
