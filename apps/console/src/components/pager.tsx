import { Button, Group } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconChevronsLeft } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Pages } from './pages.ts';

interface PagerProps {
  readonly pages: Pages;
  readonly shown: number;
  readonly nextCursor: string | null | undefined;
}

/** The way through a list; absent where everything fits on one page. */
export function Pager({ pages, shown, nextCursor }: PagerProps) {
  const { t } = useTranslation();
  if (pages.isFirst && (nextCursor === null || nextCursor === undefined)) return null;
  return (
    <Group component="nav" aria-label={t('paging.label')} justify="space-between" mt="xs">
      <span className="k-muted k-numeric">{t('paging.shown', { count: shown })}</span>
      <Group gap="xs">
        <Button variant="default" size="xs" leftSection={<IconChevronsLeft size={14} />} disabled={pages.isFirst} onClick={pages.first}>
          {t('paging.first')}
        </Button>
        <Button variant="default" size="xs" leftSection={<IconChevronLeft size={14} />} disabled={!pages.hasPrevious} onClick={pages.previous}>
          {t('paging.previous')}
        </Button>
        <Button
          variant="default"
          size="xs"
          rightSection={<IconChevronRight size={14} />}
          disabled={nextCursor === null || nextCursor === undefined}
          onClick={() => {
            if (nextCursor !== null && nextCursor !== undefined) pages.next(nextCursor);
          }}
        >
          {t('paging.next')}
        </Button>
      </Group>
    </Group>
  );
}
