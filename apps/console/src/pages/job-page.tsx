import { Skeleton } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../components/button-link.tsx';
import { executionsQuery } from '../api/executions.ts';
import { jobQuery } from '../api/jobs.ts';
import type { JobDetail } from '../api/types.ts';
import { DataTable } from '../components/data-table.tsx';
import { ExecuteView } from '../components/execute-view.tsx';
import { ExecutionsTable } from '../components/executions-table.tsx';
import { EmptyState, FailureNotice } from '../components/feedback.tsx';
import { PageHead, Section } from '../components/page.tsx';
import { AbsoluteTime } from '../components/time-text.tsx';
import { Permitted } from '../components/permitted.tsx';
import { paths } from '../paths.ts';

const route = getRouteApi('/signed-in/dated/jobs/$jobId');

function Versions({ job }: { readonly job: JobDetail }) {
  const { t } = useTranslation();
  return (
    <DataTable
      label={t('jobs.versions')}
      rows={job.versions}
      rowKey={({ position }) => position}
      columns={[
        { key: 'version', header: t('jobs.version'), primary: true, cell: ({ version }) => <strong>{version}</strong> },
        { key: 'appliedAt', header: t('jobs.appliedAt'), cell: ({ appliedAt }) => <AbsoluteTime time={appliedAt} /> },
        { key: 'appliedBy', header: t('jobs.appliedBy'), cell: ({ appliedBy }) => appliedBy },
        { key: 'position', header: t('events.position'), align: 'end', cell: ({ position }) => <Link to={paths.event} params={{ position }} className="k-mono k-nowrap">{position}</Link> },
      ]}
      empty={null}
    />
  );
}

export function JobPage() {
  const { t } = useTranslation();
  const { jobId } = route.useParams();
  const { data, error, refetch } = useQuery(jobQuery(jobId));
  const executions = useQuery(executionsQuery({ jobId, limit: 10 }));
  const back = <Link to={paths.jobs}>{t('jobs.title')}</Link>;
  if (!data) {
    return (
      <>
        <PageHead title={jobId} back={back} />
        {error ? <FailureNotice error={error} onRetry={() => void refetch()} /> : <Skeleton height={240} />}
      </>
    );
  }
  return (
    <>
      <PageHead title={data.id} back={back} marks={<span className="k-muted k-numeric">{data.version}</span>} lead={data.description}>
        <Permitted needs="run">
          <ButtonLink to={paths.run} search={{ job: data.id }} leftSection={<IconPlayerPlay size={15} />}>
            {t('jobs.runJob')}
          </ButtonLink>
        </Permitted>
      </PageHead>
      <Section title={t('jobs.script')}>
        {data.execute ? <ExecuteView execute={data.execute} /> : <p className="k-muted">{t('jobs.erased')}</p>}
      </Section>
      <Section title={t('jobs.versions')}>
        <Versions job={data} />
      </Section>
      <Section title={t('jobs.executions')} aside={<Link to={paths.executions} search={{ jobId }}>{t('action.showAll')}</Link>}>
        {executions.error && !executions.data ? (
          <FailureNotice error={executions.error} onRetry={() => void executions.refetch()} />
        ) : (
          <ExecutionsTable executions={executions.data?.items} empty={<EmptyState title={t('executions.none')} />} />
        )}
      </Section>
    </>
  );
}
