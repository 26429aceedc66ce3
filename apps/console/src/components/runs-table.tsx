import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { RunView } from '../api/types.ts';
import { useFormat } from '../format/use-format.ts';
import { paths } from '../paths.ts';
import { DataTable } from './data-table.tsx';
import type { Column } from './data-table.tsx';
import { RunStateBadge } from './state-badge.tsx';
import { Elapsed, RelativeTime } from './time-text.tsx';

/** `3`, `signal SIGKILL`, or nothing yet. */
export function ExitCode({ run }: { readonly run: Pick<RunView, 'exitCode' | 'signal'> }) {
  const { t } = useTranslation();
  if (run.signal !== null) return <span className="k-nowrap">{run.signal}</span>;
  return run.exitCode ?? <span className="k-muted">{t('time.unknown')}</span>;
}

export function Took({ run }: { readonly run: RunView }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (run.durationMs !== null) return <span className="k-nowrap">{format.duration(run.durationMs)}</span>;
  if (run.startedAt !== null && run.finishedAt === null && run.state === 'started') return <Elapsed from={run.startedAt} to={null} />;
  return <span className="k-muted">{t('time.unknown')}</span>;
}

interface RunsTableProps {
  readonly label: string;
  readonly runs: readonly RunView[] | undefined;
  readonly stale?: boolean;
  /** Which of the two a reader does not know already. */
  readonly of: 'endpoint' | 'execution';
  readonly empty: ReactNode;
}

/** Runs of several executions; each leads to its output. */
export function RunsTable({ label, runs, stale = false, of, empty }: RunsTableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns: Column<RunView>[] = [
    {
      key: 'name',
      header: of === 'execution' ? t('execution.endpoint') : t('executions.requestedAt'),
      primary: true,
      cell: ({ executionId, runId, endpointName, requestedAt }) => (
        <Link to={paths.execution} params={{ executionId }} search={{ run: runId }}>
          {of === 'execution' ? endpointName : format.dateTime(requestedAt)}
        </Link>
      ),
    },
    { key: 'state', header: t('execution.state'), cell: ({ state, presumed }) => <RunStateBadge state={state} presumed={presumed} /> },
    { key: 'exit', header: t('execution.exitCode'), align: 'end', cell: (run) => <ExitCode run={run} /> },
    { key: 'output', header: t('execution.output'), align: 'end', cell: ({ stdoutBytes, stderrBytes }) => format.bytes(stdoutBytes + stderrBytes) },
    { key: 'took', header: t('execution.duration'), align: 'end', cell: (run) => <Took run={run} /> },
    { key: 'finished', header: t('execution.endedAt'), align: 'end', cell: ({ finishedAt, startedAt, requestedAt }) => <RelativeTime time={finishedAt ?? startedAt ?? requestedAt} /> },
  ];
  return <DataTable label={label} columns={columns} rows={runs} rowKey={({ runId }) => runId} stale={stale} empty={empty} />;
}
