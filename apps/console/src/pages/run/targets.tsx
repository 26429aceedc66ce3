import { Loader, MultiSelect, SegmentedControl, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { maxTargets } from '../../api/endpoints.ts';
import { FailureNotice, Notice } from '../../components/feedback.tsx';
import { Card } from '../../components/page.tsx';
import { choiceOf } from '../../search-params.ts';
import { targetModes } from './use-targets.ts';
import type { Targets } from './use-targets.ts';
import { TargetList } from './target-list.tsx';
import { TargetSearch } from './target-search.tsx';
import classes from './run.module.css';

function SiteChoice({ sites: { known, chosen, choose } }: Pick<Targets, 'sites'>) {
  const { t } = useTranslation();
  return (
    <MultiSelect
      label={t('run.sites')} placeholder={chosen.length === 0 ? t('run.chooseSites') : ''} data={[...known]} value={[...chosen]} onChange={choose}
      searchable hidePickedOptions nothingFoundMessage={t('sites.noMatch')}
    />
  );
}

/** How far the endpoints of `all` and `sites` have been found. */
function Finding({ found }: Pick<Targets, 'found'>) {
  const { t } = useTranslation();
  return (
    <>
      {found.error && <FailureNotice error={found.error} onRetry={() => void found.refetch()} />}
      {found.isLoading && <Loader size="sm" aria-label={t('table.loading')} />}
      {found.data?.complete === false && <Notice title={t('run.tooMany', { max: maxTargets })} />}
    </>
  );
}

/** Why fewer are listed than were chosen. */
function LeftOut({ targets: { quarantined, barred, foreign } }: { readonly targets: Targets }) {
  const { t } = useTranslation();
  return (
    <>
      {quarantined > 0 && <p className={classes['notes']}>{t('run.quarantinedCount', { count: quarantined })}</p>}
      {barred > 0 && <p className={classes['notes']}>{t('run.barredCount', { count: barred })}</p>}
      {foreign > 0 && <p className={classes['notes']}>{t('run.foreignCount', { count: foreign })}</p>}
    </>
  );
}

/** Where it runs: chosen endpoints, those of some sites, or all there are now. What is listed is what will be sent. */
export function TargetsPart({ targets, showsFault }: { readonly targets: Targets; readonly showsFault: boolean }) {
  const { t } = useTranslation();
  const { mode, setMode, list, add, remove, isChosen, sites, found } = targets;
  const words = { chosen: t('run.noTargetsDetail'), sites: t('run.noSiteTargets'), all: t('run.noTargetsAtAll') };
  const offline = list.filter(({ status }) => status !== 'online').length;
  return (
    <Card className={classes['part']}>
      <Title order={2}>{t('run.targets')}</Title>
      <SegmentedControl
        aria-label={t('run.targets')}
        value={mode}
        onChange={(value) => { setMode(choiceOf(value, targetModes) ?? 'chosen'); }}
        data={targetModes.map((value) => ({ value, label: t(`run.${value === 'sites' ? 'bySite' : value}`) }))}
      />
      {mode === 'chosen' && <TargetSearch isChosen={isChosen} onAdd={add} />}
      {mode === 'sites' && <SiteChoice sites={sites} />}
      {mode !== 'chosen' && <Finding found={found} />}
      {list.length === 0 ? (
        <div>
          <p className={classes['summary']}>{t('run.noTargets')}</p>
          <p className={classes['notes']}>{words[mode]}</p>
        </div>
      ) : (
        <>
          <p className={classes['summary']} role="status">{t('run.willRun', { count: list.length })}</p>
          {offline > 0 && <p className={classes['notes']}>{t('run.offlineCount', { count: offline })}</p>}
          <TargetList targets={list} onRemove={mode === 'chosen' ? remove : undefined} />
        </>
      )}
      <LeftOut targets={targets} />
      {showsFault && list.length === 0 && <p className={classes['fault']} role="alert">{t('invalid.targets')}</p>}
    </Card>
  );
}
