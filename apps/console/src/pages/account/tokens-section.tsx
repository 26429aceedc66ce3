import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { revokeOwnToken } from '@kanade/api-client';
import type { TokenView } from '@kanade/api-client';
import { ownTokensQuery } from '../../api/accounts.ts';
import { DataTable } from '../../components/data-table.tsx';
import type { Column } from '../../components/data-table.tsx';
import { FailureNotice } from '../../components/feedback.tsx';
import { Section, Toolbar } from '../../components/page.tsx';
import { RelativeTime } from '../../components/time-text.tsx';
import { CreateToken } from './create-token.tsx';

/** The tokens that act for whoever is signed in, and the way to make and end them. */
export function TokensSection() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(ownTokensQuery);
  const revoke = useMutation({
    mutationFn: (tokenId: string) => revokeOwnToken(tokenId),
    onSuccess: async () => {
      notifications.show({ message: t('tokens.revoked') });
      await queries.invalidateQueries({ queryKey: ['tokens'] });
    },
  });
  const columns: Column<TokenView>[] = [
    { key: 'name', header: t('tokens.name'), primary: true, cell: ({ name }) => name },
    { key: 'scopes', header: t('tokens.scopes'), cell: ({ scopes }) => (scopes === null ? t('tokens.everything') : <span className="k-mono">{scopes.join(', ')}</span>) },
    { key: 'lastUsedAt', header: t('account.lastUsed'), cell: ({ lastUsedAt, lastUsedFrom }) => (lastUsedAt === null ? t('tokens.never') : <span title={lastUsedFrom ?? undefined}><RelativeTime time={lastUsedAt} /></span>) },
    { key: 'expiresAt', header: t('tokens.expires'), cell: ({ expiresAt }) => <RelativeTime time={expiresAt} /> },
    {
      key: 'revoke',
      header: '',
      align: 'end',
      cell: ({ tokenId, name }) => (
        <Button
          variant="default" size="compact-sm" aria-label={t('tokens.revokeOne', { name })}
          loading={revoke.isPending && revoke.variables === tokenId} onClick={() => { revoke.mutate(tokenId); }}
        >
          {t('tokens.revoke')}
        </Button>
      ),
    },
  ];
  return (
    <Section title={t('tokens.title')}>
      <Toolbar><CreateToken /></Toolbar>
      {revoke.error !== null && <FailureNotice of="action" error={revoke.error} />}
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {!error && <DataTable label={t('tokens.table')} columns={columns} rows={data?.items} rowKey={({ tokenId }) => tokenId} empty={<p>{t('tokens.none')}</p>} />}
    </Section>
  );
}
