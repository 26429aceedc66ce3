import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { runsQuery } from '../../api/executions.ts';
import { EmptyState, FailureNotice } from '../../components/feedback.tsx';
import { Pager } from '../../components/pager.tsx';
import { useLocalPages } from '../../components/pages.ts';
import { RunsTable } from '../../components/runs-table.tsx';

export function EndpointRuns({ endpointId }: { readonly endpointId: string }) {
  const { t } = useTranslation();
  const pages = useLocalPages(endpointId);
  const { data, error, refetch, isPlaceholderData } = useQuery(runsQuery({ endpointId, cursor: pages.cursor }));
  if (error && !data) return <FailureNotice error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <RunsTable label={t('inventory.runs')} of="endpoint" runs={data?.items} stale={isPlaceholderData} empty={<EmptyState title={t('inventory.noRuns')} />} />
      <Pager pages={pages} shown={data?.items.length ?? 0} nextCursor={data?.nextCursor} />
    </>
  );
}
