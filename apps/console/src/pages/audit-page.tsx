import { Button } from '@mantine/core';
import { IconCheck, IconShieldX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { auditQuery } from '../api/audit.ts';
import type { AuditEntry } from '../api/types.ts';
import { DataTable } from '../components/data-table.tsx';
import type { Column } from '../components/data-table.tsx';
import { EmptyState, FailureNotice } from '../components/feedback.tsx';
import { PageHead } from '../components/page.tsx';
import { Pager } from '../components/pager.tsx';
import { useAddressPages } from '../components/pages.ts';
import { Badge } from '../components/state-badge.tsx';
import { AbsoluteTime } from '../components/time-text.tsx';
import { paths } from '../paths.ts';
import { AuditFilters } from './audit/audit-filters.tsx';
import type { AuditFilter } from './audit/audit-filters.tsx';

const route = getRouteApi('/signed-in/dated/audit');
const noFilter = {
  search: undefined, principal: undefined, type: undefined, outcome: undefined, interface: undefined, address: undefined, target: undefined, from: undefined, to: undefined,
} as const;
const targetKinds = ['endpoint', 'job', 'execution', 'run', 'account', 'token', 'enrolment', 'event'] as const;
const shortType = (type: string) => type.replace(/^kanade\.|\.v\d+$/g, '');

function Outcome({ entry: { outcome, code, count } }: { readonly entry: AuditEntry }) {
  const { t } = useTranslation();
  if (outcome === 'done') return <Badge tone="ok" icon={IconCheck}>{t('auditOutcome.done')}</Badge>;
  return (
    <span className="k-badges">
      <Badge tone="bad" icon={IconShieldX}>{t('auditOutcome.refused')}</Badge>
      <span className="k-mono k-muted">{code}</span>
      {count > 1 && <span className="k-muted k-nowrap">{t('audit.times', { count })}</span>}
    </span>
  );
}

function Origin({ entry: { remoteAddress, interface: over } }: { readonly entry: AuditEntry }) {
  const { t } = useTranslation();
  if (remoteAddress === null && over === null) return <span className="k-muted">{t('audit.unknownOrigin')}</span>;
  return (
    <span className="k-badges">
      <span className="k-mono">{remoteAddress}</span>
      {over !== null && <span className="k-muted k-nowrap">{t(`interface.${over}`)}</span>}
    </span>
  );
}

function About({ entry: { target, targetCount, scriptDigest } }: { readonly entry: AuditEntry }) {
  const { t } = useTranslation();
  const kind = targetKinds.find((known) => known === target.kind);
  return (
    <span className="k-badges">
      {target.id !== null && (
        <span title={target.id}>
          <span className="k-muted">{kind === undefined ? target.kind : t(`auditTarget.${kind}`)}</span> {target.name ?? <span className="k-mono">{target.id}</span>}
        </span>
      )}
      {targetCount !== null && <span className="k-muted k-nowrap">{t('audit.targets', { count: targetCount })}</span>}
      {scriptDigest !== null && <span className="k-mono k-muted" title={scriptDigest}>{t('audit.script', { digest: scriptDigest.slice(0, 12) })}</span>}
    </span>
  );
}

function useColumns(): Column<AuditEntry>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'what',
      header: t('audit.what'),
      primary: true,
      cell: ({ position, type, operation }) => <Link to={paths.event} params={{ position }} className="k-nowrap">{operation ?? shortType(type)}</Link>,
    },
    { key: 'outcome', header: t('audit.outcome'), cell: (entry) => <Outcome entry={entry} /> },
    { key: 'by', header: t('audit.by'), cell: ({ principal, name }) => (principal === 'stranger' ? <span className="k-muted">{t('audit.stranger')}</span> : <span title={principal}>{name}</span>) },
    { key: 'origin', header: t('audit.origin'), cell: (entry) => <Origin entry={entry} /> },
    { key: 'about', header: t('audit.about'), cell: (entry) => <About entry={entry} /> },
    { key: 'recordedAt', header: t('audit.recordedAt'), cell: ({ recordedAt }) => <AbsoluteTime time={recordedAt} /> },
  ];
}

export function AuditPage() {
  const { t } = useTranslation();
  const { cursor, ...filter } = route.useSearch();
  const navigate = route.useNavigate();
  const pages = useAddressPages(cursor);
  const { data, error, refetch, isPlaceholderData } = useQuery(auditQuery({ ...filter, cursor, limit: 100 }));
  const change = (next: AuditFilter) => void navigate({ search: (before) => ({ ...before, ...next, cursor: undefined }), replace: true });
  const columns = useColumns();
  return (
    <>
      <PageHead title={t('audit.title')} lead={t('audit.lead')} />
      <AuditFilters filter={filter} onChange={change} />
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {(data !== undefined || !error) && (
        <DataTable
          label={t('audit.table')}
          columns={columns}
          rows={data?.items}
          rowKey={({ position }) => position}
          stale={isPlaceholderData}
          empty={
            <EmptyState title={t('audit.none')} detail={t('audit.noneDetail')}>
              <Button variant="default" onClick={() => { change(noFilter); }}>{t('action.showAll')}</Button>
            </EmptyState>
          }
        />
      )}
      <Pager pages={pages} shown={data?.items.length ?? 0} nextCursor={data?.nextCursor} />
    </>
  );
}
