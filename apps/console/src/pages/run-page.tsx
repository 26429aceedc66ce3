import { Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { FailureNotice } from '../components/feedback.tsx';
import { PageHead } from '../components/page.tsx';
import { useSelection } from '../components/selection.tsx';
import { prefillQuery } from './run/prefill.ts';
import { RunForm } from './run/run-form.tsx';

const route = getRouteApi('/signed-in/run');

/** Runs a script or a job; the address may bring a job, an endpoint, or an execution to repeat. */
export function RunPage() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const { chosen } = useSelection();
  const { data, error, refetch } = useQuery(prefillQuery(search));
  return (
    <>
      <PageHead title={t('run.title')} />
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {!data && !error && <Skeleton height={360} />}
      {data && <RunForm key={JSON.stringify(search)} initial={data.values} endpoints={data.endpoints ?? [...chosen.values()]} />}
    </>
  );
}
