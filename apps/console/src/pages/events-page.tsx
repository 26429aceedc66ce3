import { Autocomplete, Button, SegmentedControl, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { choiceOf } from '../search-params.ts';
import { eventTypes } from '../api/choices.ts';
import { eventsQuery } from '../api/events.ts';
import type { EventView } from '../api/types.ts';
import { DataTable } from '../components/data-table.tsx';
import type { Column } from '../components/data-table.tsx';
import { EmptyState, FailureNotice } from '../components/feedback.tsx';
import { PageHead, Toolbar } from '../components/page.tsx';
import { Pager } from '../components/pager.tsx';
import { useAddressPages } from '../components/pages.ts';
import { Badge } from '../components/state-badge.tsx';
import { AbsoluteTime } from '../components/time-text.tsx';
import { paths } from '../paths.ts';

const route = getRouteApi('/signed-in/dated/events');
type Filter = Partial<Pick<ReturnType<typeof route.useSearch>, 'type' | 'endpointId' | 'executionId' | 'order'>>;

const textOrNothing = (text: string) => (text.trim() === '' ? undefined : text.trim());

function Filters({ onChange }: { readonly onChange: (filter: Filter) => void }) {
  const { t } = useTranslation();
  const { type, endpointId, executionId, order = 'desc' } = route.useSearch();
  return (
    <form
      aria-label={t('events.filters')}
      // Another address puts its own values into the fields.
      key={`${type ?? ''} ${endpointId ?? ''} ${executionId ?? ''}`}
      onSubmit={(event) => {
        event.preventDefault();
        const fields = new FormData(event.currentTarget);
        const field = (name: string) => {
          const value = fields.get(name);
          return typeof value === 'string' ? textOrNothing(value) : undefined;
        };
        onChange({ type: field('type'), endpointId: field('endpoint'), executionId: field('execution') });
      }}
    >
      <Toolbar>
        <Autocomplete
          w={300}
          name="type"
          aria-label={t('events.type')}
          placeholder={t('events.anyType')}
          data={eventTypes}
          defaultValue={type ?? ''}
          onOptionSubmit={(value) => { onChange({ type: textOrNothing(value) }); }}
          clearable
          onClear={() => { onChange({ type: undefined }); }}
        />
        <TextInput w={210} name="endpoint" aria-label={t('events.endpoint')} placeholder={t('events.endpoint')} defaultValue={endpointId ?? ''} />
        <TextInput w={210} name="execution" aria-label={t('events.execution')} placeholder={t('events.execution')} defaultValue={executionId ?? ''} />
        <button type="submit" className="k-visually-hidden">{t('app.searchShort')}</button>
        <SegmentedControl
          size="xs"
          aria-label={t('events.order')}
          value={order}
          onChange={(value) => { onChange({ order: choiceOf(value, ['asc', 'desc']) }); }}
          data={[{ value: 'desc', label: t('events.newest') }, { value: 'asc', label: t('events.oldest') }]}
        />
      </Toolbar>
    </form>
  );
}

export function EventsPage() {
  const { t } = useTranslation();
  const { type, endpointId, executionId, order, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const pages = useAddressPages(cursor);
  const { data, error, refetch, isPlaceholderData } = useQuery(eventsQuery({ type, endpointId, executionId, order, cursor, limit: 100 }));
  const filter = (change: Filter) => void navigate({ search: (before) => ({ ...before, ...change, cursor: undefined }), replace: true });
  const columns: Column<EventView>[] = [
    {
      key: 'type',
      header: t('events.type'),
      primary: true,
      cell: ({ position, type: name, status }) => (
        <span className="k-badges">
          <Link to={paths.event} params={{ position }} className="k-nowrap">{name}</Link>
          {status === 'poison' && <Badge tone="bad" icon={IconAlertTriangle}>{t('eventStatus.poison')}</Badge>}
        </span>
      ),
    },
    { key: 'source', header: t('events.source'), cell: ({ source }) => <span className="k-mono k-muted">{source}</span> },
    { key: 'principal', header: t('events.principal'), cell: ({ principal }) => <span className="k-nowrap">{principal}</span> },
    { key: 'recordedAt', header: t('events.recordedAt'), cell: ({ recordedAt }) => <AbsoluteTime time={recordedAt} /> },
    { key: 'position', header: t('events.position'), align: 'end', cell: ({ position }) => <span className="k-mono k-nowrap">{position}</span> },
  ];
  return (
    <>
      <PageHead title={t('events.title')} lead={t('events.lead')} />
      <Filters onChange={filter} />
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {(data !== undefined || !error) && (
        <DataTable
          label={t('events.table')}
          columns={columns}
          rows={data?.items}
          rowKey={({ position }) => position}
          stale={isPlaceholderData}
          empty={
            <EmptyState title={t('events.none')} detail={t('events.noneDetail')}>
              <Button variant="default" onClick={() => { filter({ type: undefined, endpointId: undefined, executionId: undefined }); }}>{t('action.showAll')}</Button>
            </EmptyState>
          }
        />
      )}
      <Pager pages={pages} shown={data?.items.length ?? 0} nextCursor={data?.nextCursor} />
    </>
  );
}
