import { Button } from '@mantine/core';
import { IconBan, IconCheck, IconClock, IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountView, PasswordLink } from '@kanade/api-client';
import { accountsQuery } from '../api/accounts.ts';
import { DataTable } from '../components/data-table.tsx';
import type { Column } from '../components/data-table.tsx';
import { EmptyState, FailureNotice } from '../components/feedback.tsx';
import { GrantsText } from '../components/grants-text.tsx';
import { PageHead, Toolbar } from '../components/page.tsx';
import { Pager } from '../components/pager.tsx';
import { useAddressPages } from '../components/pages.ts';
import { SearchInput } from '../components/search-input.tsx';
import { Badge } from '../components/state-badge.tsx';
import { RelativeTime } from '../components/time-text.tsx';
import { AddUser } from './users/edit-user.tsx';
import { LinkDialog } from './users/link-dialog.tsx';
import { UserActions } from './users/user-actions.tsx';

const route = getRouteApi('/signed-in/dated/users');

function UserState({ user: { disabledAt, hasPassword, provider } }: { readonly user: AccountView }) {
  const { t } = useTranslation();
  if (disabledAt !== null) return <Badge tone="mute" icon={IconBan}>{t('users.disabled')}</Badge>;
  return hasPassword || provider !== null ? <Badge tone="ok" icon={IconCheck}>{t('users.enabled')}</Badge> : <Badge tone="warn" icon={IconClock}>{t('users.noPassword')}</Badge>;
}

/** Of an issuer, which is an address. */
const hostOf = (issuer: string): string => (URL.canParse(issuer) ? new URL(issuer).host : issuer);

export function UsersPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { search, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const pages = useAddressPages(cursor);
  const [open, setOpen] = useState<'add' | PasswordLink | null>(null);
  const { data, error, refetch, isPlaceholderData } = useQuery(accountsQuery({ search, cursor }));
  const close = () => {
    setOpen(null);
    void queries.invalidateQueries({ queryKey: ['accounts'] });
  };
  const columns: Column<AccountView>[] = [
    { key: 'username', header: t('users.name'), primary: true, cell: ({ username }) => username },
    { key: 'grants', header: t('users.roles'), cell: ({ grants }) => <GrantsText grants={grants} /> },
    { key: 'state', header: t('users.state'), cell: (user) => <UserState user={user} /> },
    { key: 'secondFactor', header: t('users.secondFactor'), cell: ({ hasSecondFactor, provider }) => (provider === null ? (hasSecondFactor ? t('users.yes') : t('users.no')) : t('users.atProvider', { name: hostOf(provider) })) },
    { key: 'lastSignedInAt', header: t('users.lastSignIn'), cell: ({ lastSignedInAt }) => <RelativeTime time={lastSignedInAt} /> },
    { key: 'actions', header: '', align: 'end', cell: (user) => <UserActions user={user} /> },
  ];
  return (
    <>
      <PageHead title={t('users.title')}>
        <Button leftSection={<IconPlus size={15} />} onClick={() => { setOpen('add'); }}>{t('users.add')}</Button>
      </PageHead>
      <Toolbar>
        <SearchInput
          label={t('users.search')}
          value={search ?? ''}
          onChange={(text) => void navigate({ search: { search: text === '' ? undefined : text, cursor: undefined }, replace: true })}
        />
      </Toolbar>
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {(data !== undefined || !error) && (
        <DataTable
          label={t('users.table')} columns={columns} rows={data?.items} rowKey={({ accountId }) => accountId} stale={isPlaceholderData}
          empty={<EmptyState title={t('users.none')} />}
        />
      )}
      <Pager pages={pages} shown={data?.items.length ?? 0} nextCursor={data?.nextCursor} />
      {open === 'add' && <AddUser onClose={close} onMade={setOpen} />}
      {typeof open === 'object' && open !== null && <LinkDialog link={open} onClose={close} />}
    </>
  );
}
