import { Loader, SegmentedControl, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { maxTargets } from '../../api/endpoints.ts';
import { FailureNotice, Notice } from '../../components/feedback.tsx';
import { Card } from '../../components/page.tsx';
import type { Targets } from './use-targets.ts';
import { TargetList } from './target-list.tsx';
import { TargetSearch } from './target-search.tsx';
import classes from './run.module.css';

/** Where it runs: chosen endpoints, or all there are now. What is listed is what will be sent. */
export function TargetsPart({ targets, showsFault }: { readonly targets: Targets; readonly showsFault: boolean }) {
  const { t } = useTranslation();
  const { mode, setMode, list, add, remove, isChosen, quarantined, barred, all } = targets;
  const offline = list.filter(({ status }) => status !== 'online').length;
  return (
    <Card className={classes['part']}>
      <Title order={2}>{t('run.targets')}</Title>
      <SegmentedControl
        aria-label={t('run.targets')}
        value={mode}
        onChange={(value) => { setMode(value === 'all' ? 'all' : 'chosen'); }}
        data={[{ value: 'chosen', label: t('run.chosen') }, { value: 'all', label: t('run.all') }]}
      />
      {mode === 'chosen' && <TargetSearch isChosen={isChosen} onAdd={add} />}
      {mode === 'all' && all.error && <FailureNotice error={all.error} onRetry={() => void all.refetch()} />}
      {mode === 'all' && all.isPending && <Loader size="sm" aria-label={t('table.loading')} />}
      {mode === 'all' && all.data?.complete === false && <Notice title={t('run.tooMany', { max: maxTargets })} />}
      {list.length === 0 ? (
        <div>
          <p className={classes['summary']}>{t('run.noTargets')}</p>
          <p className={classes['notes']}>{t('run.noTargetsDetail')}</p>
        </div>
      ) : (
        <>
          <p className={classes['summary']} role="status">{t('run.willRun', { count: list.length })}</p>
          {offline > 0 && <p className={classes['notes']}>{t('run.offlineCount', { count: offline })}</p>}
          <TargetList targets={list} onRemove={mode === 'chosen' ? remove : undefined} />
        </>
      )}
      {quarantined > 0 && <p className={classes['notes']}>{t('run.quarantinedCount', { count: quarantined })}</p>}
      {barred > 0 && <p className={classes['notes']}>{t('run.barredCount', { count: barred })}</p>}
      {showsFault && list.length === 0 && <p className={classes['fault']} role="alert">{t('invalid.targets')}</p>}
    </Card>
  );
}
