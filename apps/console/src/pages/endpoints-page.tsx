import { Button, Select } from '@mantine/core';
import { IconMapPin, IconPlayerPlay, IconX } from '@tabler/icons-react';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../components/button-link.tsx';
import { choiceOf } from '../search-params.ts';
import type { EndpointsSearch } from '../search-params.ts';
import { endpointSorts, endpointStandings, endpointStatuses } from '../api/choices.ts';
import { endpointsQuery } from '../api/endpoints.ts';
import { useSiteNames } from '../api/sites.ts';
import type { EndpointView } from '../api/types.ts';
import { DataTable } from '../components/data-table.tsx';
import type { Column } from '../components/data-table.tsx';
import { EndpointMarks, EndpointName } from '../components/endpoint-marks.tsx';
import { EmptyState, FailureNotice } from '../components/feedback.tsx';
import { MoveToSite } from '../components/move-to-site.tsx';
import { NoEndpoints } from '../components/no-endpoints.tsx';
import { PageHead, Toolbar } from '../components/page.tsx';
import { Pager } from '../components/pager.tsx';
import { useAddressPages } from '../components/pages.ts';
import { SearchInput } from '../components/search-input.tsx';
import { useSelection } from '../components/selection.tsx';
import { EndpointStatusBadge } from '../components/state-badge.tsx';
import { RelativeTime } from '../components/time-text.tsx';
import { Permitted } from '../components/permitted.tsx';
import { paths } from '../paths.ts';

const route = getRouteApi('/signed-in/dated/endpoints');

function useColumns(): Column<EndpointView>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'name',
      header: t('endpoints.name'),
      sort: 'name',
      primary: true,
      cell: (endpoint) => (
        <Link to={paths.endpoint} params={{ endpointId: endpoint.id }}>
          <EndpointName endpoint={endpoint} />
        </Link>
      ),
    },
    {
      key: 'status',
      header: t('endpoints.status'),
      sort: 'status',
      cell: (endpoint) => (
        <span className="k-badges">
          <EndpointStatusBadge status={endpoint.status} />
          <EndpointMarks endpoint={endpoint} />
        </span>
      ),
    },
    { key: 'os', header: t('endpoints.os'), cell: ({ os }) => `${os.name} ${os.version}`.trim() },
    { key: 'agent', header: t('endpoints.agent'), cell: ({ agentVersion }) => agentVersion },
    { key: 'site', header: t('endpoints.site'), cell: ({ site }) => site },
    { key: 'lastSeen', header: t('endpoints.lastSeen'), align: 'end', cell: ({ lastSeenAt }) => <RelativeTime time={lastSeenAt} /> },
  ];
}

function SelectionBar() {
  const { t } = useTranslation();
  const { chosen, toggle, clear } = useSelection();
  const [isMoving, moving] = useDisclosure(false);
  if (chosen.size === 0) return null;
  return (
    <>
      <Permitted needs="run">
        <ButtonLink to={paths.run} leftSection={<IconPlayerPlay size={15} />}>
          {t('endpoints.runOn', { count: chosen.size })}
        </ButtonLink>
      </Permitted>
      <Permitted needs="endpoint:manage">
        <Button variant="default" leftSection={<IconMapPin size={15} />} onClick={moving.open}>{t('endpoints.moveToSite')}</Button>
      </Permitted>
      {isMoving && <MoveToSite endpoints={[...chosen.values()]} onClose={moving.close} onMoved={(moved) => { toggle([...chosen.values()].filter(({ id }) => moved.some((each) => each.id === id)), false); }} />}
      <Button variant="default" leftSection={<IconX size={14} />} onClick={clear}>
        {t('endpoints.clearSelection')}
      </Button>
    </>
  );
}

export function EndpointsPage() {
  const { t } = useTranslation();
  const { search, status, standing, site, sort = 'name', cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const pages = useAddressPages(cursor);
  const selection = useSelection();
  const { data, error, refetch, isPlaceholderData } = useQuery(endpointsQuery({ search, status, standing, site, sort, cursor }));
  const columns = useColumns();
  const sites = useSiteNames('fleet:read');
  const filter = (change: Omit<EndpointsSearch, 'cursor'>) => {
    void navigate({ search: (before) => ({ ...before, ...change, cursor: undefined }), replace: true });
  };
  const isFiltered = search !== undefined || status !== undefined || standing !== undefined || site !== undefined;
  return (
    <>
      <PageHead title={t('endpoints.title')}>
        <SelectionBar />
      </PageHead>
      <Toolbar>
        <SearchInput label={t('endpoints.search')} value={search ?? ''} onChange={(text) => { filter({ search: text === '' ? undefined : text }); }} />
        <Select
          w={170}
          aria-label={t('endpoints.status')}
          placeholder={t('endpoints.anyStatus')}
          clearable
          data={endpointStatuses.map((value) => ({ value, label: t(`endpointStatus.${value}`) }))}
          value={status ?? null}
          onChange={(value) => { filter({ status: choiceOf(value, endpointStatuses) }); }}
        />
        <Select
          w={190}
          aria-label={t('endpoints.standing')}
          placeholder={t('endpoints.anyStanding')}
          clearable
          data={endpointStandings.map((value) => ({ value, label: t(`endpointStanding.${value}`) }))}
          value={standing ?? null}
          onChange={(value) => { filter({ standing: choiceOf(value, endpointStandings) }); }}
        />
        {sites.length > 1 && (
          <Select
            w={170}
            aria-label={t('endpoints.site')}
            placeholder={t('endpoints.anySite')}
            clearable
            searchable
            nothingFoundMessage={t('sites.noMatch')}
            data={sites}
            value={site ?? null}
            onChange={(value) => { filter({ site: value ?? undefined }); }}
          />
        )}
      </Toolbar>
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {(data !== undefined || !error) && (
        <DataTable
          label={t('endpoints.table')}
          columns={columns}
          rows={data?.items}
          rowKey={({ id }) => id}
          stale={isPlaceholderData}
          sort={{ by: sort, onChange: (by) => { filter({ sort: choiceOf(by, endpointSorts) ?? 'name' }); } }}
          selection={{ has: ({ id }) => selection.chosen.has(id), toggle: selection.toggle, nameOf: ({ name }) => name }}
          empty={
            isFiltered ? (
              <EmptyState title={t('endpoints.noMatch')} detail={t('endpoints.noMatchDetail')}>
                <Button variant="default" onClick={() => { filter({ search: undefined, status: undefined, standing: undefined, site: undefined }); }}>{t('action.showAll')}</Button>
              </EmptyState>
            ) : (
              <NoEndpoints />
            )
          }
        />
      )}
      <Pager pages={pages} shown={data?.items.length ?? 0} nextCursor={data?.nextCursor} />
    </>
  );
}
