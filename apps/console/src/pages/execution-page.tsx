import { Skeleton } from '@mantine/core';
import { IconRepeat, IconTimelineEvent } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../components/button-link.tsx';
import { executionQuery, runsQuery } from '../api/executions.ts';
import type { ExecutionDetail } from '../api/types.ts';
import { CountsBar } from '../components/counts-bar.tsx';
import { ExecuteView } from '../components/execute-view.tsx';
import { FailureNotice } from '../components/feedback.tsx';
import { Card, Facts, PageHead } from '../components/page.tsx';
import { useLocalPages } from '../components/pages.ts';
import { ExecutionStateBadge } from '../components/state-badge.tsx';
import { useWhatWasRun } from '../components/what-was-run.ts';
import { AbsoluteTime, Elapsed, RelativeTime } from '../components/time-text.tsx';
import { Permitted } from '../components/permitted.tsx';
import { paths } from '../paths.ts';
import { ApprovalNotice } from './execution/approval-notice.tsx';
import { CancelExecution } from './execution/cancel-execution.tsx';
import { ExecutionRuns } from './execution/execution-runs.tsx';
import { RunPanel } from './execution/run-panel.tsx';
import classes from './execution-page.module.css';

const route = getRouteApi('/signed-in/dated/executions/$executionId');

function Summary({ execution }: { readonly execution: ExecutionDetail }) {
  const { t } = useTranslation();
  return (
    <Card className={classes['facts']}>
      <div className={classes['progress']}>
        <CountsBar execution={execution} />
      </div>
      <Facts
        strip
        facts={[
          { term: t('executions.requestedBy'), value: execution.requestedBy ?? '—' },
          { term: t('executions.requestedAt'), value: <RelativeTime time={execution.requestedAt} /> },
          { term: t('executions.took'), value: <Elapsed from={execution.requestedAt} to={execution.endedAt} /> },
          ...(execution.incompleteSince === null ? [] : [{ term: t('incompleteSince'), value: <span className="k-mono">{execution.incompleteSince}</span> }]),
          ...(execution.endedAt === null ? [{ term: t('execution.expiresAt'), value: <AbsoluteTime time={execution.expiresAt} /> }] : []),
        ]}
      />
    </Card>
  );
}

/** The runs beside the output of the one that was picked; with a single run there is nothing to pick. */
function Runs({ executionId }: { readonly executionId: string }) {
  const { run: picked, state } = route.useSearch();
  const pages = useLocalPages(`${executionId} ${state ?? ''}`);
  const runs = useQuery(runsQuery({ executionId, state, cursor: pages.cursor, limit: 100 }));
  const current = picked ?? runs.data?.items[0]?.runId;
  return (
    <div className={classes['split']}>
      <ExecutionRuns query={runs} pages={pages} current={current} />
      <div className={classes['output']}>{current !== undefined && <RunPanel key={current} runId={current} known={runs.data?.items} />}</div>
    </div>
  );
}

export function ExecutionPage() {
  const { t } = useTranslation();
  const whatWasRun = useWhatWasRun();
  const { executionId } = route.useParams();
  const { data, error, refetch } = useQuery(executionQuery(executionId));
  const back = <Link to={paths.executions}>{t('executions.title')}</Link>;
  if (!data) {
    return (
      <>
        <PageHead title={t('execution.title')} back={back} />
        {error ? <FailureNotice error={error} onRetry={() => void refetch()} /> : <Skeleton height={320} />}
      </>
    );
  }
  const title = whatWasRun(data);
  return (
    <>
      <PageHead title={title} back={back} marks={<ExecutionStateBadge execution={data} />}>
        <ButtonLink to={paths.events} search={{ executionId }} variant="default" leftSection={<IconTimelineEvent size={15} />}>
          {t('execution.events')}
        </ButtonLink>
        <Permitted needs="run">
          <ButtonLink to={paths.run} search={{ again: executionId }} variant="default" leftSection={<IconRepeat size={15} />}>
            {t('execution.runAgain')}
          </ButtonLink>
        </Permitted>
        {data.state === 'running' && <Permitted needs="run"><CancelExecution executionId={executionId} /></Permitted>}
      </PageHead>
      {data.approval !== null && <ApprovalNotice executionId={executionId} approval={data.approval} />}
      <Summary execution={data} />
      <details className={classes['script']} open={data.approval?.state === 'waiting'}>
        <summary>{t('execution.script')}</summary>
        {data.execute ? <ExecuteView execute={data.execute} /> : <p className="k-muted">{t('jobs.erased')}</p>}
      </details>
      <Runs executionId={executionId} />
    </>
  );
}
