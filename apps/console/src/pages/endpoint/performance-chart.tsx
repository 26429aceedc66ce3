import { AreaChart } from '@mantine/charts';
import { ColorSwatch, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PerformanceSample } from '../../api/types.ts';
import { Card } from '../../components/page.tsx';
import { useFormat } from '../../format/use-format.ts';
import classes from './performance.module.css';

interface Series {
  readonly key: string;
  readonly name: string;
  readonly color: string;
  readonly of: (sample: PerformanceSample) => number | null;
}

interface PerformanceChartProps {
  readonly title: string;
  readonly now?: string | undefined;
  readonly samples: readonly PerformanceSample[];
  readonly series: readonly Series[];
  /** The top of the scale; what is shown decides when absent. */
  readonly limit?: number;
  readonly format: (value: number) => string;
}

const quarters = [0, 0.25, 0.5, 0.75, 1];

/** One measure over time. Nothing moves by itself: new samples come every few seconds. */
export function PerformanceChart({ title, now, samples, series, limit, format }: PerformanceChartProps) {
  const { t } = useTranslation();
  const { clock, exact } = useFormat();
  const data = samples.map((sample) => ({
    at: Date.parse(sample.at),
    ...Object.fromEntries(series.map(({ key, of }) => [key, of(sample)])),
  }));
  return (
    <Card>
      <div className={classes['head']}>
        <Title order={2}>{title}</Title>
        {series.length > 1 && (
          <span className={classes['legend']}>
            {series.map(({ key, name, color }) => (
              <span key={key}>
                <ColorSwatch size={9} withShadow={false} color={`var(--mantine-color-${color.replace('.', '-')})`} />
                {name}
              </span>
            ))}
          </span>
        )}
        <span className={classes['now']}>{now}</span>
      </div>
      <div role="img" aria-label={t('performance.chart', { name: title })}>
        <AreaChart
          h={170}
          data={data}
          dataKey="at"
          series={series.map(({ key, name, color }) => ({ name: key, label: name, color }))}
          curveType="linear"
          withDots={false}
          strokeWidth={1.5}
          fillOpacity={0.14}
          withGradient={false}
          connectNulls={false}
          valueFormatter={format}
          gridProps={{ syncWithTicks: true }}
          areaProps={{ isAnimationActive: false }}
          yAxisProps={{ width: 76, domain: [0, limit ?? 'auto'], tickCount: 4, ...(limit !== undefined && { ticks: quarters.map((part) => part * limit) }) }}
          xAxisProps={{ type: 'number', scale: 'time', domain: ['dataMin', 'dataMax'], tickFormatter: clock, minTickGap: 40 }}
          tooltipProps={{ labelFormatter: (label: unknown) => (typeof label === 'number' ? exact(new Date(label).toISOString()) : '') }}
        />
      </div>
    </Card>
  );
}
