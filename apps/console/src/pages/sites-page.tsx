import { ActionIcon } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconMapPin, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { deleteSite } from '@kanade/api-client';
import { sitesQuery } from '../api/sites.ts';
import type { SiteView } from '../api/types.ts';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { DataTable } from '../components/data-table.tsx';
import type { Column } from '../components/data-table.tsx';
import { EmptyState, FailureNotice } from '../components/feedback.tsx';
import { PageHead } from '../components/page.tsx';
import { Permitted, useMayNow } from '../components/permitted.tsx';
import { RelativeTime } from '../components/time-text.tsx';
import { useFormat } from '../format/use-format.ts';
import { paths } from '../paths.ts';
import { CreateSite } from './sites/create-site.tsx';

function DeleteSite({ site, onClose }: { readonly site: SiteView; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteSite(site.name),
    onSuccess: async () => {
      onClose();
      notifications.show({ message: t('sites.deleted', { site: site.name }) });
      await queries.invalidateQueries({ queryKey: sitesQuery.queryKey });
    },
  });
  return (
    <ConfirmDialog
      title={t('sites.deleteTitle', { site: site.name })}
      detail={t('sites.deleteDetail')}
      confirm={t('sites.delete')}
      error={remove.error}
      isPending={remove.isPending}
      onConfirm={() => { remove.mutate(); }}
      onClose={onClose}
    />
  );
}

function useColumns(onDelete: (site: SiteView) => void): Column<SiteView>[] {
  const { t } = useTranslation();
  const format = useFormat();
  const may = useMayNow();
  const columns: Column<SiteView>[] = [
    { key: 'name', header: t('sites.name'), primary: true, cell: ({ name }) => name },
    {
      key: 'endpoints',
      header: t('sites.endpoints'),
      cell: ({ name, endpointCount }) => (
        <Link to={paths.endpoints} search={{ site: name }} aria-label={t('sites.endpointsOf', { site: name, count: endpointCount })}>{format.number(endpointCount)}</Link>
      ),
    },
    { key: 'createdAt', header: t('sites.createdAt'), cell: ({ createdAt }) => (createdAt === null ? t('sites.always') : <RelativeTime time={createdAt} />) },
    { key: 'createdBy', header: t('sites.createdBy'), cell: ({ createdBy }) => createdBy ?? t('time.unknown') },
  ];
  if (!may('site:manage')) return columns;
  const remove: Column<SiteView> = {
    key: 'delete',
    header: '',
    align: 'end',
    // What was always there cannot be deleted.
    cell: (site) => site.createdAt !== null && (
      <ActionIcon variant="subtle" color="gray" aria-label={t('sites.deleteLabel', { site: site.name })} onClick={() => { onDelete(site); }}>
        <IconTrash size={16} />
      </ActionIcon>
    ),
  };
  return [...columns, remove];
}

export function SitesPage() {
  const { t } = useTranslation();
  const [deleting, setDeleting] = useState<SiteView>();
  const { data, error, refetch } = useQuery(sitesQuery);
  const columns = useColumns(setDeleting);
  return (
    <>
      <PageHead title={t('sites.title')} lead={t('sites.lead')}>
        <Permitted needs="site:manage"><CreateSite known={data?.items} /></Permitted>
      </PageHead>
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {(data !== undefined || !error) && (
        <DataTable
          label={t('sites.table')}
          columns={columns}
          rows={data?.items}
          rowKey={({ name }) => name}
          empty={<EmptyState icon={<IconMapPin size={32} stroke={1.3} />} title={t('sites.none')} detail={t('sites.noneDetail')} />}
        />
      )}
      {deleting && <DeleteSite site={deleting} onClose={() => { setDeleting(undefined); }} />}
    </>
  );
}
