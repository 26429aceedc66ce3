import { CloseButton, Select } from '@mantine/core';
import { IconListDetails, IconPlayerPlay } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../components/button-link.tsx';
import { choiceOf } from '../search-params.ts';
import { executionStates } from '../api/choices.ts';
import { executionsQuery } from '../api/executions.ts';
import { ExecutionsTable } from '../components/executions-table.tsx';
import { EmptyState, FailureNotice } from '../components/feedback.tsx';
import { PageHead, Toolbar } from '../components/page.tsx';
import { Pager } from '../components/pager.tsx';
import { useAddressPages } from '../components/pages.ts';
import { Permitted } from '../components/permitted.tsx';
import { paths } from '../paths.ts';

const route = getRouteApi('/signed-in/dated/executions');

export function ExecutionsPage() {
  const { t } = useTranslation();
  const { state, jobId, approval, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const pages = useAddressPages(cursor);
  const { data, error, refetch, isPlaceholderData } = useQuery(executionsQuery({ state, jobId, approval, cursor }));
  const runLink = <Permitted needs="run"><ButtonLink to={paths.run} leftSection={<IconPlayerPlay size={15} />}>{t('overview.runScript')}</ButtonLink></Permitted>;
  return (
    <>
      <PageHead title={t('executions.title')}>{runLink}</PageHead>
      <Toolbar>
        <Select
          w={170}
          aria-label={t('executions.state')}
          placeholder={t('executions.anyState')}
          clearable
          data={executionStates.map((value) => ({ value, label: t(`executionState.${value}`) }))}
          value={state ?? null}
          onChange={(value) => void navigate({ search: { jobId, approval, state: choiceOf(value, executionStates), cursor: undefined }, replace: true })}
        />
        {jobId !== undefined && (
          <span className="k-copyable">
            {t('executions.ofJob', { job: jobId })}
            <CloseButton size="xs" aria-label={t('action.clear')} onClick={() => void navigate({ search: { state, approval, jobId: undefined, cursor: undefined } })} />
          </span>
        )}
        {approval !== undefined && (
          <span className="k-copyable">
            {t(`approvalState.${approval}`)}
            <CloseButton size="xs" aria-label={t('action.clear')} onClick={() => void navigate({ search: { state, jobId, approval: undefined, cursor: undefined } })} />
          </span>
        )}
      </Toolbar>
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {(data !== undefined || !error) && (
        <ExecutionsTable
          executions={data?.items}
          stale={isPlaceholderData}
          empty={
            state === undefined && approval === undefined ? (
              <EmptyState icon={<IconListDetails size={32} stroke={1.3} />} title={t('executions.none')} detail={t('executions.noneDetail')}>{runLink}</EmptyState>
            ) : (
              <EmptyState title={t('executions.noMatch')} />
            )
          }
        />
      )}
      <Pager pages={pages} shown={data?.items.length ?? 0} nextCursor={data?.nextCursor} />
    </>
  );
}
