import type { ExecutionView } from '../api/types.ts';
import { useTranslation } from 'react-i18next';

/** What an execution ran, in a few words: its job, its shell, or that only its agents' reports tell of it. */
export function useWhatWasRun(): (execution: Pick<ExecutionView, 'job' | 'shell'>) => string {
  const { t } = useTranslation();
  return ({ job, shell }) => {
    if (job) return `${job.id} ${job.version}`;
    return shell === null ? t('executions.recovered') : t('executions.adHoc', { shell });
  };
}
