import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { statusQuery } from '../api/system.ts';
import type { SystemStatus } from '../api/types.ts';
import { DataTable } from '../components/data-table.tsx';
import { FailureNotice, Notice } from '../components/feedback.tsx';
import { Card, Facts, PageHead, Section } from '../components/page.tsx';
import { HealthBadge } from '../components/state-badge.tsx';
import { RelativeTime } from '../components/time-text.tsx';
import { useFormat } from '../format/use-format.ts';

const checks = ['broker', 'fold', 'verifier', 'lease', 'archive', 'auditFeeds', 'disk'] as const;

function Figures({ status }: { readonly status: SystemStatus }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { archive, fold, verifier, storage } = status;
  return (
    <Card>
      <Facts
        strip
        facts={[
          { term: t('status.version'), value: status.version },
          { term: t('status.startedAt'), value: <RelativeTime time={status.startedAt} /> },
          { term: t('status.position'), value: <span className="k-mono">{status.position}</span> },
          { term: t('status.lagEvents'), value: format.number(fold.lagEvents) },
          { term: t('status.lagMs'), value: format.duration(fold.lagMs) },
          { term: t('status.poison'), value: format.number(fold.poisonCount) },
          { term: t('status.verifierLag'), value: format.number(verifier.lagEvents) },
          { term: t('status.verifierInvalid'), value: format.number(verifier.invalidCount) },
          { term: t('status.checkpointSize'), value: verifier.checkpoint === null ? t('status.noCheckpoint') : format.number(verifier.checkpoint.size) },
          ...(verifier.checkpoint === null ? [] : [{ term: t('status.checkpointTime'), value: <RelativeTime time={verifier.checkpoint.time} /> }]),
          ...(!archive?.leading ? [] : [{ term: t('status.archiveLag'), value: format.number(archive.lagEvents) }, { term: t('status.archiveSize'), value: format.bytes(archive.bytes) }]),
          { term: t('status.readModelSize'), value: format.bytes(storage.readModelBytes) },
          { term: t('status.verifierSize'), value: format.bytes(storage.verifierBytes) },
          ...(storage.freeBytes === null || storage.totalBytes === null ? [] : [{ term: t('status.freeSpace'), value: t('status.freeOf', { free: format.bytes(storage.freeBytes), total: format.bytes(storage.totalBytes) }) }]),
        ]}
      />
    </Card>
  );
}

function Rebuild({ rebuild }: { readonly rebuild: NonNullable<SystemStatus['fold']['rebuild']> }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { eventsDone, eventsTotal, secondsLeft } = rebuild;
  const counts = { done: format.number(eventsDone), total: format.number(eventsTotal) };
  return <Notice title={secondsLeft === null ? t('status.rebuild', counts) : t('status.rebuildLeft', { ...counts, left: format.duration(secondsLeft * 1000) })} />;
}

function Streams({ streams }: { readonly streams: SystemStatus['streams'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <DataTable
      label={t('status.streams')}
      rows={streams}
      rowKey={({ name }) => name}
      columns={[
        { key: 'name', header: t('status.stream'), primary: true, cell: ({ name }) => <span className="k-mono">{name}</span> },
        { key: 'messages', header: t('status.messages'), align: 'end', cell: ({ messages }) => format.number(messages) },
        { key: 'bytes', header: t('status.size'), align: 'end', cell: ({ bytes }) => format.bytes(bytes) },
        { key: 'limit', header: t('status.limit'), align: 'end', cell: ({ maxBytes }) => (maxBytes > 0 ? format.bytes(maxBytes) : t('status.noLimit')) },
        { key: 'used', header: t('status.used'), align: 'end', cell: ({ bytes, maxBytes }) => (maxBytes > 0 ? format.percent(bytes / maxBytes) : '') },
      ]}
      empty={null}
    />
  );
}

export function StatusPage() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(statusQuery);
  if (!data) {
    return (
      <>
        <PageHead title={t('status.title')} />
        {error ? <FailureNotice error={error} onRetry={() => void refetch()} /> : <Skeleton height={320} />}
      </>
    );
  }
  return (
    <>
      <PageHead title={t('status.title')} marks={<HealthBadge status={data.status} />} />
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {data.fold.rebuild && <Rebuild rebuild={data.fold.rebuild} />}
      {data.fold.rebuilding && <Notice title={t('status.rebuilding')} />}
      {data.checks.disk.status !== 'ok' && <Notice title={t('status.diskNotice')}>{data.checks.disk.detail}</Notice>}
      <Figures status={data} />
      <Section title={t('status.checks')}>
        <Card>
          <Facts
            facts={checks.map((check) => ({
              term: t(`status.${check}`),
              value: <span className="k-badges"><HealthBadge status={data.checks[check].status} /><span className="k-muted">{data.checks[check].detail}</span></span>,
            }))}
          />
        </Card>
      </Section>
      <Section title={t('status.streams')}>
        <Streams streams={data.streams} />
      </Section>
    </>
  );
}
