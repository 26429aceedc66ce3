import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hasEnded } from '../../api/choices.ts';
import { runQuery } from '../../api/executions.ts';
import type { OutputStream, RunView } from '../../api/types.ts';
import { FailureNotice } from '../../components/feedback.tsx';
import { RunStateBadge } from '../../components/state-badge.tsx';
import { useFormat } from '../../format/use-format.ts';
import { OutputView } from '../../output/output-view.tsx';
import { useOutput } from '../../output/use-output.ts';
import { Permitted } from '../../components/permitted.tsx';
import { paths } from '../../paths.ts';
import { CancelExecution } from './cancel-execution.tsx';
import classes from './run-panel.module.css';

function Panel({ run, isExpired, isErased }: { readonly run: RunView; readonly isExpired: boolean; readonly isErased: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [chosen, setChosen] = useState<OutputStream>();
  const stdout = useOutput(run, 'stdout');
  const stderr = useOutput(run, 'stderr');
  const totals = { stdout: stdout.feed.buffer.total, stderr: stderr.feed.buffer.total };
  // Whoever printed only errors is read there first.
  const stream = chosen ?? (totals.stdout === 0 && totals.stderr > 0 ? 'stderr' : 'stdout');
  const output = stream === 'stdout' ? stdout : stderr;
  return (
    <section className={classes['panel']} aria-label={t('output.label', { name: run.endpointName, stream: t(`output.${stream}`) })}>
      <div className={classes['head']}>
        <Link to={paths.endpoint} params={{ endpointId: run.endpointId }} className={classes['name']}>
          {run.endpointName}
        </Link>
        <RunStateBadge state={run.state} presumed={run.presumed} />
        {run.exitCode !== null && <span className="k-muted k-numeric">{t('execution.exit', { code: run.exitCode })}</span>}
        {run.signal !== null && <span className="k-muted">{t('execution.signal', { signal: run.signal })}</span>}
        <span className={classes['spacer']} />
        {!hasEnded(run.state) && <Permitted needs="run"><CancelExecution executionId={run.executionId} runId={run.runId} /></Permitted>}
      </div>
      {run.reason && <p className={classes['reason']}>{run.reason.message}</p>}
      <SegmentedControl
        size="xs"
        aria-label={t('output.streams')}
        className={classes['streams'] ?? ''}
        value={stream}
        onChange={(value) => { setChosen(value === 'stderr' ? 'stderr' : 'stdout'); }}
        data={(['stdout', 'stderr'] as const).map((each) => ({ value: each, label: <span className="k-numeric">{`${t(`output.${each}`)} · ${format.bytes(totals[each])}`}</span> }))}
      />
      <OutputView key={stream} run={run} stream={stream} feed={output.feed} version={output.version} isExpired={isExpired} isErased={isErased} />
    </section>
  );
}

/** One run with its output. `known` spares a request for what the list has already. */
export function RunPanel({ runId, known }: { readonly runId: string; readonly known: readonly RunView[] | undefined }) {
  const { data, error, refetch } = useQuery(runQuery(runId));
  const run = known?.find((each) => each.runId === runId) ?? data;
  if (run) return <Panel run={run} isExpired={data?.outputState === 'expired'} isErased={data?.outputState === 'erased'} />;
  return error ? <FailureNotice error={error} onRetry={() => void refetch()} /> : <Skeleton height={280} />;
}
