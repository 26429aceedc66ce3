import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { performanceQuery } from '../../api/endpoints.ts';
import type { PerformanceSample } from '../../api/types.ts';
import { EmptyState, FailureNotice } from '../../components/feedback.tsx';
import { Card, Toolbar } from '../../components/page.tsx';
import { useFormat } from '../../format/use-format.ts';
import { useEndpointLive } from '../../live/live-context.tsx';
import { PerformanceChart } from './performance-chart.tsx';
import { thinned, withSample } from './samples.ts';
import classes from './performance.module.css';

const ranges = [15, 60, 360, 1440] as const;

function Charts({ samples }: { readonly samples: readonly PerformanceSample[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const rate = (value: number) => t('performance.perSecond', { value: format.bytes(value) });
  const last = samples.at(-1);
  const total = last?.memoryTotalBytes ?? 0;
  const shown = thinned(samples);
  return (
    <>
      <div className={classes['grid']}>
        <PerformanceChart
          title={t('performance.cpu')}
          now={last && format.percent(last.cpu)}
          samples={shown}
          limit={1}
          format={format.percent}
          series={[{ key: 'cpu', name: t('performance.used'), color: 'ai.5', of: ({ cpu }) => cpu }]}
        />
        <PerformanceChart
          title={t('performance.memory')}
          now={last && t('performance.ofTotal', { used: format.bytes(last.memoryUsedBytes), total: format.bytes(total) })}
          samples={shown}
          limit={total}
          format={format.bytes}
          series={[{ key: 'memory', name: t('performance.used'), color: 'ai.5', of: ({ memoryUsedBytes }) => memoryUsedBytes }]}
        />
        <PerformanceChart
          title={t('performance.disk')}
          samples={shown}
          format={rate}
          series={[
            { key: 'read', name: t('performance.read'), color: 'ai.5', of: ({ diskReadBytesPerSecond }) => diskReadBytesPerSecond },
            { key: 'write', name: t('performance.written'), color: 'orange.6', of: ({ diskWriteBytesPerSecond }) => diskWriteBytesPerSecond },
          ]}
        />
        <PerformanceChart
          title={t('performance.network')}
          samples={shown}
          format={rate}
          series={[
            { key: 'in', name: t('performance.received'), color: 'ai.5', of: ({ networkReceivedBytesPerSecond }) => networkReceivedBytesPerSecond },
            { key: 'out', name: t('performance.sent'), color: 'orange.6', of: ({ networkSentBytesPerSecond }) => networkSentBytesPerSecond },
          ]}
        />
      </div>
      {last && <p className="k-muted">{t('performance.agentMemory', { value: format.bytes(last.agentMemoryBytes) })}</p>}
    </>
  );
}

/** The last minutes or hours of a machine; new samples are put in as they come. */
export function Performance({ endpointId }: { readonly endpointId: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [minutes, setMinutes] = useState<number>(60);
  const query = performanceQuery(endpointId, minutes);
  const { data, error, refetch } = useQuery(query);
  useEndpointLive(endpointId, (message) => {
    if (message.type !== 'performance' || message.endpointId !== endpointId) return;
    queries.setQueryData(query.queryKey, (before) => before && { ...before, samples: withSample(before.samples, message.sample, minutes) });
  });
  return (
    <>
      <Toolbar>
        <SegmentedControl
          size="xs"
          aria-label={t('performance.range')}
          value={String(minutes)}
          onChange={(value) => { setMinutes(Number(value)); }}
          data={ranges.map((range) => ({ value: String(range), label: range < 60 ? t('performance.minutes', { count: range }) : t('performance.hours', { count: range / 60 }) }))}
        />
      </Toolbar>
      {error && !data && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={360} />}
      {data?.samples.length === 0 && <Card><EmptyState title={t('performance.none')} detail={t('performance.noneDetail')} /></Card>}
      {data && data.samples.length > 0 && <Charts samples={data.samples} />}
    </>
  );
}
