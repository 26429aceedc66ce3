import { Select } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { choiceOf } from '../../search-params.ts';
import { runStates } from '../../api/choices.ts';
import type { RunsPage, RunView } from '../../api/types.ts';
import { DataTable } from '../../components/data-table.tsx';
import type { Column } from '../../components/data-table.tsx';
import { EmptyState, FailureNotice } from '../../components/feedback.tsx';
import { Toolbar } from '../../components/page.tsx';
import { Pager } from '../../components/pager.tsx';
import type { Pages } from '../../components/pages.ts';
import { ExitCode, Took } from '../../components/runs-table.tsx';
import { RunStateBadge } from '../../components/state-badge.tsx';
import { paths } from '../../paths.ts';

const route = getRouteApi('/signed-in/dated/executions/$executionId');

interface ExecutionRunsProps {
  readonly query: UseQueryResult<RunsPage>;
  readonly pages: Pages;
  readonly current: string | undefined;
}

/** State by endpoint; picking one shows its output. */
export function ExecutionRuns({ query, pages, current }: ExecutionRunsProps) {
  const { t } = useTranslation();
  const { executionId } = route.useParams();
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch, isPlaceholderData } = query;
  const columns: Column<RunView>[] = [
    {
      key: 'endpoint',
      header: t('execution.endpoint'),
      primary: true,
      cell: ({ runId, endpointName }) => (
        <Link to={paths.execution} params={{ executionId }} search={{ run: runId, state }} replace resetScroll={false}>
          {endpointName}
        </Link>
      ),
    },
    { key: 'state', header: t('execution.state'), cell: (run) => <RunStateBadge state={run.state} presumed={run.presumed} /> },
    { key: 'exit', header: t('execution.exitCode'), align: 'end', cell: (run) => <ExitCode run={run} /> },
    { key: 'took', header: t('execution.duration'), align: 'end', cell: (run) => <Took run={run} /> },
  ];
  const needsFilter = state !== undefined || (data !== undefined && (data.items.length > 10 || data.nextCursor !== null));
  return (
    <div>
      {needsFilter && (
        <Toolbar>
          <Select
            w={170}
            aria-label={t('execution.state')}
            placeholder={t('execution.anyState')}
            clearable
            data={runStates.map((value) => ({ value, label: t(`runState.${value}`) }))}
            value={state ?? null}
            onChange={(value) => void navigate({ search: { run: undefined, state: choiceOf(value, runStates) }, replace: true, resetScroll: false })}
          />
        </Toolbar>
      )}
      {error && !data ? (
        <FailureNotice error={error} onRetry={() => void refetch()} />
      ) : (
        <DataTable
          label={t('execution.runs')}
          columns={columns}
          rows={data?.items}
          rowKey={({ runId }) => runId}
          stale={isPlaceholderData}
          isCurrent={({ runId }) => runId === current}
          empty={<EmptyState title={t('execution.noRuns')} />}
        />
      )}
      <Pager pages={pages} shown={data?.items.length ?? 0} nextCursor={data?.nextCursor} />
    </div>
  );
}
