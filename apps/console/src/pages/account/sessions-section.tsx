import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDeviceDesktop } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { endOtherSessions, endSession } from '@kanade/api-client';
import type { AccountSession } from '@kanade/api-client';
import { sessionsQuery } from '../../api/accounts.ts';
import { DataTable } from '../../components/data-table.tsx';
import type { Column } from '../../components/data-table.tsx';
import { FailureNotice } from '../../components/feedback.tsx';
import { Section, Toolbar } from '../../components/page.tsx';
import { Badge } from '../../components/state-badge.tsx';
import { RelativeTime } from '../../components/time-text.tsx';
import { deviceOf } from './device.ts';

/** Where one is signed in, and the way to end that. */
export function SessionsSection() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(sessionsQuery);
  const onSuccess = async () => {
    notifications.show({ message: t('account.ended') });
    await queries.invalidateQueries({ queryKey: ['sessions'] });
  };
  const endOne = useMutation({ mutationFn: (sessionId: string) => endSession(sessionId), onSuccess });
  const endOthers = useMutation({ mutationFn: () => endOtherSessions(), onSuccess });
  const failure = endOne.error ?? endOthers.error;
  const nameOf = ({ userAgent }: AccountSession) => deviceOf(userAgent) ?? t('account.unknownDevice');
  const columns: Column<AccountSession>[] = [
    { key: 'device', header: t('account.device'), primary: true, cell: (session) => <span title={session.userAgent ?? undefined}>{nameOf(session)}</span> },
    { key: 'address', header: t('account.address'), cell: ({ address }) => <span className="k-mono">{address ?? t('time.unknown')}</span> },
    { key: 'createdAt', header: t('account.signedInAt'), cell: ({ createdAt }) => <RelativeTime time={createdAt} /> },
    { key: 'lastUsedAt', header: t('account.lastUsed'), cell: ({ lastUsedAt }) => <RelativeTime time={lastUsedAt} /> },
    {
      key: 'end',
      header: '',
      align: 'end',
      cell: (session) =>
        session.current ? (
          <Badge tone="ok" icon={IconDeviceDesktop}>{t('account.thisOne')}</Badge>
        ) : (
          <Button
            variant="default" size="compact-sm" aria-label={t('account.endOne', { device: nameOf(session) })}
            loading={endOne.isPending && endOne.variables === session.sessionId} onClick={() => { endOne.mutate(session.sessionId); }}
          >
            {t('account.signOutThere')}
          </Button>
        ),
    },
  ];
  const hasOthers = data !== undefined && data.items.length > 1;
  return (
    <Section title={t('account.sessions')}>
      {hasOthers && (
        <Toolbar>
          <Button variant="default" loading={endOthers.isPending} onClick={() => { endOthers.mutate(); }}>
            {t('account.endOthers')}
          </Button>
        </Toolbar>
      )}
      {failure !== null && <FailureNotice of="action" error={failure} />}
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {!error && <DataTable label={t('account.sessionsTable')} columns={columns} rows={data?.items} rowKey={({ sessionId }) => sessionId} empty={null} />}
    </Section>
  );
}
