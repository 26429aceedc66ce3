import { IconFileCode } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { jobsQuery } from '../api/jobs.ts';
import type { JobView } from '../api/types.ts';
import { DataTable } from '../components/data-table.tsx';
import type { Column } from '../components/data-table.tsx';
import { EmptyState, FailureNotice } from '../components/feedback.tsx';
import { PageHead, Toolbar } from '../components/page.tsx';
import { Pager } from '../components/pager.tsx';
import { useAddressPages } from '../components/pages.ts';
import { SearchInput } from '../components/search-input.tsx';
import { RelativeTime } from '../components/time-text.tsx';
import { paths } from '../paths.ts';

const route = getRouteApi('/signed-in/dated/jobs');

export function JobsPage() {
  const { t } = useTranslation();
  const { search, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const pages = useAddressPages(cursor);
  const { data, error, refetch, isPlaceholderData } = useQuery(jobsQuery({ search, cursor }));
  const columns: Column<JobView>[] = [
    { key: 'id', header: t('jobs.id'), primary: true, cell: ({ id }) => <Link to={paths.job} params={{ jobId: id }}>{id}</Link> },
    { key: 'version', header: t('jobs.version'), cell: ({ version }) => version },
    { key: 'description', header: t('jobs.description'), cell: ({ description }) => description },
    { key: 'shell', header: t('jobs.shell'), cell: ({ shell }) => shell },
    { key: 'appliedAt', header: t('jobs.appliedAt'), cell: ({ appliedAt }) => <RelativeTime time={appliedAt} /> },
    { key: 'appliedBy', header: t('jobs.appliedBy'), cell: ({ appliedBy }) => appliedBy },
  ];
  return (
    <>
      <PageHead title={t('jobs.title')} />
      <Toolbar>
        <SearchInput
          label={t('jobs.search')}
          value={search ?? ''}
          onChange={(text) => void navigate({ search: { search: text === '' ? undefined : text, cursor: undefined }, replace: true })}
        />
      </Toolbar>
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {(data !== undefined || !error) && (
        <DataTable
          label={t('jobs.table')}
          columns={columns}
          rows={data?.items}
          rowKey={({ id }) => id}
          stale={isPlaceholderData}
          empty={
            search === undefined ? (
              <EmptyState icon={<IconFileCode size={32} stroke={1.3} />} title={t('jobs.none')} detail={t('jobs.noneDetail')} />
            ) : (
              <EmptyState title={t('jobs.noMatch', { search })} />
            )
          }
        />
      )}
      <Pager pages={pages} shown={data?.items.length ?? 0} nextCursor={data?.nextCursor} />
    </>
  );
}
