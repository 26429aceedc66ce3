import { Skeleton, Title } from '@mantine/core';
import { IconCheck, IconCircleDashed, IconCircleDot, IconDevices2, IconHelp, IconLoader2, IconPlayerPlay, IconPower, IconShieldExclamation, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../components/button-link.tsx';
import { overviewQuery } from '../api/system.ts';
import type { Overview } from '../api/types.ts';
import { ExecutionsTable } from '../components/executions-table.tsx';
import { EmptyState, FailureNotice } from '../components/feedback.tsx';
import { NoEndpoints } from '../components/no-endpoints.tsx';
import { Card, PageHead, Section } from '../components/page.tsx';
import { RunsTable } from '../components/runs-table.tsx';
import { useFormat } from '../format/use-format.ts';
import { Permitted } from '../components/permitted.tsx';
import { paths } from '../paths.ts';
import { Figures } from './overview-figures.tsx';
import classes from './overview-page.module.css';

function FleetCard({ endpoints }: { readonly endpoints: Overview['endpoints'] }) {
  const { t } = useTranslation();
  const { total, online, offline, neverSeen, quarantined } = endpoints;
  return (
    <Card>
      <Title order={2}>{t('overview.fleet')}</Title>
      <Figures
        figures={[
          { key: 'total', term: t('overview.endpoints'), value: total, tone: 'mute', icon: IconDevices2, link: {} },
          { key: 'online', term: t('overview.online'), value: online, tone: 'ok', icon: IconCircleDot, link: { status: 'online' } },
          { key: 'offline', term: t('overview.offline'), value: offline, tone: 'mute', icon: IconPower, link: { status: 'offline' } },
          { key: 'never', term: t('overview.neverSeen'), value: neverSeen, tone: 'mute', icon: IconHelp, link: { status: 'never-seen' } },
          ...(quarantined > 0 ? [{ key: 'quarantined', term: t('overview.quarantined'), value: quarantined, tone: 'bad', icon: IconShieldExclamation } as const] : []),
        ]}
      />
    </Card>
  );
}

function RunsCard({ runs }: { readonly runs: Overview['runsLastDay'] }) {
  const { t } = useTranslation();
  return (
    <Card>
      <Title order={2}>{t('overview.lastDay')}</Title>
      <Figures
        figures={[
          { key: 'succeeded', term: t('overview.succeeded'), value: runs.succeeded, tone: 'ok', icon: IconCheck },
          { key: 'failed', term: t('overview.failed'), value: runs.failed, tone: 'bad', icon: IconX },
          { key: 'running', term: t('overview.running'), value: runs.running, tone: 'run', icon: IconLoader2 },
          { key: 'queued', term: t('overview.queued'), value: runs.queued, tone: 'mute', icon: IconCircleDashed },
        ]}
      />
    </Card>
  );
}

export function OverviewPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const { data, error, refetch } = useQuery(overviewQuery);
  const runLink = <Permitted needs="run"><ButtonLink to={paths.run} leftSection={<IconPlayerPlay size={15} />}>{t('overview.runScript')}</ButtonLink></Permitted>;
  if (error && !data) return <FailureNotice error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <PageHead title={t('overview.title')}>{runLink}</PageHead>
      <div className={classes['tiles']}>
        {data ? <FleetCard endpoints={data.endpoints} /> : <Skeleton height={104} />}
        {data ? <RunsCard runs={data.runsLastDay} /> : <Skeleton height={104} />}
      </div>
      {data?.endpoints.total === 0 ? (
        <NoEndpoints />
      ) : (
        <>
          <Section title={t('overview.runningNow')} aside={data && <span className="k-muted k-numeric">{format.number(data.running.length)}</span>}>
            {data?.running.length === 0 ? <p className="k-muted">{t('overview.nothingRuns')}</p> : <ExecutionsTable executions={data?.running} empty={null} />}
          </Section>
          <Section title={t('overview.latest')}>
            <RunsTable
              label={t('overview.latest')}
              of="execution"
              runs={data?.latestRuns}
              empty={<EmptyState title={t('overview.noResults')} detail={t('overview.noResultsDetail')}>{runLink}</EmptyState>}
            />
          </Section>
        </>
      )}
    </>
  );
}
