import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { endpointDiffQuery } from '../../api/endpoints.ts';
import type { EndpointDetail, EndpointDiff } from '../../api/types.ts';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState, FailureNotice } from '../../components/feedback.tsx';
import { Toolbar } from '../../components/page.tsx';
import { fromInput, toInput } from '../../moment/input-time.ts';
import { useMoment } from '../../moment/moment-context.tsx';

const dayMs = 86_400_000;
const spans = [1, 7, 30, 90] as const;

interface Change {
  readonly what: string;
  readonly before: string | null;
  readonly after: string | null;
}

type Leaf = EndpointDiff['changes'][number]['before'];
const textOf = (value: Leaf): string | null => (value === null || value === '' ? null : String(value));

/** Everything that changed as rows: what the endpoint is first, then its software. */
export function rowsOf({ changes, packages }: EndpointDiff, packageLabel: (name: string) => string): Change[] {
  return [
    ...changes.map(({ field, before, after }) => ({ what: field, before: textOf(before), after: textOf(after) })),
    ...packages.updated.map(({ name, before, after }) => ({ what: packageLabel(name), before, after })),
    ...packages.added.map(({ name, version }) => ({ what: packageLabel(name), before: null, after: version })),
    ...packages.removed.map(({ name, version }) => ({ what: packageLabel(name), before: version, after: null })),
  ];
}

/** What changed about an endpoint since an earlier moment, up to the one that is looked at. */
export function Changes({ endpoint }: { readonly endpoint: EndpointDetail }) {
  const { t } = useTranslation();
  const moment = useMoment();
  const [opened] = useState(() => Date.now());
  const until = moment?.time ?? opened;
  // Before that there was nothing of it to compare with.
  const earliest = Date.parse(endpoint.enrolledAt) + 1000;
  const [since, setSince] = useState(() => Math.max(earliest, until - 7 * dayMs));
  const { data, error, refetch, isPlaceholderData } = useQuery(endpointDiffQuery(endpoint.id, new Date(Math.min(since, until)).toISOString(), moment?.at));
  const choose = (time: number) => { setSince(Math.max(earliest, time)); };
  return (
    <>
      <Toolbar>
        <TextInput
          key={since}
          type="datetime-local"
          step={1}
          label={t('changes.since')}
          defaultValue={toInput(since)}
          min={toInput(earliest)}
          max={toInput(until)}
          onBlur={({ currentTarget: { value } }) => { if (value !== toInput(since)) choose(fromInput(value) ?? since); }}
          onKeyDown={(event) => { if (event.key === 'Enter') event.currentTarget.blur(); }}
        />
        <Select
          w={190}
          label={t('changes.span')}
          placeholder={t('changes.chosen')}
          data={[...spans.map((days) => ({ value: String(days), label: t('changes.days', { count: days }) })), { value: 'all', label: t('changes.all') }]}
          value={null}
          onChange={(value) => { if (value !== null) choose(value === 'all' ? earliest : until - Number(value) * dayMs); }}
        />
      </Toolbar>
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {(data !== undefined || !error) && (
        <DataTable
          label={t('inventory.changes')}
          rows={data && rowsOf(data, (name) => t('changes.package', { name }))}
          rowKey={({ what, before, after }) => `${what} ${before ?? ''} ${after ?? ''}`}
          stale={isPlaceholderData}
          columns={[
            { key: 'what', header: t('changes.what'), primary: true, cell: ({ what }) => <span className="k-mono">{what}</span> },
            { key: 'before', header: t('changes.before'), cell: ({ before }) => before ?? <span className="k-muted">{t('changes.nothing')}</span> },
            { key: 'after', header: t('changes.after'), cell: ({ after }) => after ?? <span className="k-muted">{t('changes.nothing')}</span> },
          ]}
          empty={<EmptyState title={t('changes.none')} />}
        />
      )}
    </>
  );
}
