import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ExecutionView } from '../api/types.ts';
import { paths } from '../paths.ts';
import { CountsBar } from './counts-bar.tsx';
import { DataTable } from './data-table.tsx';
import type { Column } from './data-table.tsx';
import { ExecutionStateBadge } from './state-badge.tsx';
import { Elapsed, RelativeTime } from './time-text.tsx';
import { useWhatWasRun } from './what-was-run.ts';

interface ExecutionsTableProps {
  readonly executions: readonly ExecutionView[] | undefined;
  readonly stale?: boolean;
  readonly empty: ReactNode;
}

function WhatWasRun({ execution }: { readonly execution: ExecutionView }) {
  const whatWasRun = useWhatWasRun();
  return (
    <Link to={paths.execution} params={{ executionId: execution.id }}>
      {whatWasRun(execution)}
    </Link>
  );
}

export function ExecutionsTable({ executions, stale = false, empty }: ExecutionsTableProps) {
  const { t } = useTranslation();
  const columns: Column<ExecutionView>[] = [
    { key: 'what', header: t('executions.what'), primary: true, cell: (execution) => <WhatWasRun execution={execution} /> },
    { key: 'state', header: t('executions.state'), cell: (execution) => <ExecutionStateBadge execution={execution} /> },
    { key: 'progress', header: t('executions.progress'), cell: (execution) => <CountsBar execution={execution} /> },
    { key: 'requestedAt', header: t('executions.requestedAt'), cell: ({ requestedAt }) => <RelativeTime time={requestedAt} /> },
    { key: 'took', header: t('executions.took'), align: 'end', cell: ({ requestedAt, endedAt }) => <Elapsed from={requestedAt} to={endedAt} /> },
    { key: 'requestedBy', header: t('executions.requestedBy'), cell: ({ requestedBy }) => requestedBy ?? '—' },
  ];
  return <DataTable label={t('executions.table')} columns={columns} rows={executions} rowKey={({ id }) => id} stale={stale} empty={empty} />;
}
