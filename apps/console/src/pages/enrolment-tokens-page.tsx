import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconKey } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { revokeEnrolmentToken } from '@kanade/api-client';
import { enrolmentTokensQuery } from '../api/enrolment-tokens.ts';
import type { EnrolmentTokenView } from '../api/types.ts';
import { DataTable } from '../components/data-table.tsx';
import type { Column } from '../components/data-table.tsx';
import { EmptyState, FailureNotice } from '../components/feedback.tsx';
import { PageHead } from '../components/page.tsx';
import { Pager } from '../components/pager.tsx';
import { useAddressPages } from '../components/pages.ts';
import { RelativeTime } from '../components/time-text.tsx';
import { paths } from '../paths.ts';
import { CreateEnrolmentToken } from './enrolment-tokens/create-enrolment-token.tsx';

const route = getRouteApi('/signed-in/dated/enrolment-tokens');

function Purpose({ token }: { readonly token: EnrolmentTokenView }) {
  const { t } = useTranslation();
  const { endpointId, site, approval } = token;
  if (endpointId !== null) return <Link to={paths.endpoint} params={{ endpointId }}>{t('enrolmentTokens.forKeys')}</Link>;
  return t(approval ? 'enrolmentTokens.forApproval' : 'enrolmentTokens.forSite', { site });
}

function Revoke({ token }: { readonly token: EnrolmentTokenView }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => revokeEnrolmentToken(token.tokenId),
    onSuccess: async () => {
      notifications.show({ message: t('enrolmentTokens.revoked') });
      await queries.invalidateQueries({ queryKey: ['enrolment-tokens'] });
    },
  });
  if (token.state !== 'usable') return null;
  return (
    <>
      {revoke.isError && <FailureNotice of="action" error={revoke.error} />}
      <Button size="xs" variant="default" aria-label={t('enrolmentTokens.revokeLabel', { id: token.tokenId })} loading={revoke.isPending} onClick={() => { revoke.mutate(); }}>
        {t('enrolmentTokens.revoke')}
      </Button>
    </>
  );
}

function useColumns(): Column<EnrolmentTokenView>[] {
  const { t } = useTranslation();
  return [
    { key: 'id', header: t('enrolmentTokens.id'), primary: true, cell: ({ tokenId }) => <span className="k-mono">{tokenId}</span> },
    { key: 'state', header: t('enrolmentTokens.state'), cell: ({ state }) => t(`enrolmentTokenState.${state}`) },
    { key: 'uses', header: t('enrolmentTokens.uses'), cell: ({ uses, maxUses }) => t('enrolmentTokens.usesValue', { uses, max: maxUses }) },
    { key: 'lastUse', header: t('enrolmentTokens.lastUse'), cell: ({ lastUsedAt }) => <RelativeTime time={lastUsedAt} /> },
    { key: 'expires', header: t('enrolmentTokens.expires'), cell: ({ expiresAt }) => <RelativeTime time={expiresAt} /> },
    { key: 'for', header: t('enrolmentTokens.for'), cell: (token) => <Purpose token={token} /> },
    { key: 'by', header: t('enrolmentTokens.by'), cell: ({ createdBy }) => createdBy },
    { key: 'revoke', header: '', align: 'end', cell: (token) => <Revoke token={token} /> },
  ];
}

export function EnrolmentTokensPage() {
  const { t } = useTranslation();
  const { cursor } = route.useSearch();
  const pages = useAddressPages(cursor);
  const { data, error, refetch, isPlaceholderData } = useQuery(enrolmentTokensQuery({ cursor }));
  const columns = useColumns();
  return (
    <>
      <PageHead title={t('enrolmentTokens.title')}>
        <CreateEnrolmentToken />
      </PageHead>
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {(data !== undefined || !error) && (
        <DataTable
          label={t('enrolmentTokens.table')}
          columns={columns}
          rows={data?.items}
          rowKey={({ tokenId }) => tokenId}
          stale={isPlaceholderData}
          empty={<EmptyState icon={<IconKey size={32} stroke={1.3} />} title={t('enrolmentTokens.none')} detail={t('enrolmentTokens.noneDetail')} />}
        />
      )}
      <Pager pages={pages} shown={data?.items.length ?? 0} nextCursor={data?.nextCursor} />
    </>
  );
}
