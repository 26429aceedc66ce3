import { Button, Switch } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hasEnded } from '../api/choices.ts';
import { failureOf } from '../api/problem.ts';
import type { OutputStream, RunView } from '../api/types.ts';
import { FailureNotice } from '../components/feedback.tsx';
import { useFormat } from '../format/use-format.ts';
import { downloadOutput } from './download.ts';
import type { OutputFeed } from './output-feed.ts';
import { OutputRows } from './output-rows.tsx';
import classes from './output-view.module.css';

interface OutputViewProps {
  readonly run: RunView;
  readonly stream: OutputStream;
  readonly feed: OutputFeed;
  readonly version: number;
  readonly isExpired: boolean;
  readonly isErased: boolean;
}

/** Why there is nothing to read, in words. */
function OutputNote({ run, feed, isExpired, isErased }: Pick<OutputViewProps, 'run' | 'feed' | 'isExpired' | 'isErased'>) {
  const { t } = useTranslation();
  if (isErased || failureOf(feed.failure).code === 'output-erased') return t('output.erased');
  if (isExpired || failureOf(feed.failure).code === 'output-expired') return t('output.expired');
  if (run.state === 'queued' || run.state === 'accepted') return t('output.queued');
  if (!feed.begun) return t('table.loading');
  return hasEnded(run.state) ? t('output.nothing') : t('output.waiting');
}

function Download({ run, stream, isEmpty }: { readonly run: RunView; readonly stream: OutputStream; readonly isEmpty: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [share, setShare] = useState(0);
  const download = useMutation({ mutationFn: () => downloadOutput(run.runId, stream, `${run.endpointName}-${run.runId}.${stream}.txt`, setShare) });
  return (
    <>
      {download.isError && <span role="alert">{t(`problem.${failureOf(download.error).code}`)}</span>}
      <Button size="compact-xs" variant="default" disabled={isEmpty || download.isPending} leftSection={<IconDownload size={13} />} onClick={() => { download.mutate(); }}>
        {download.isPending ? t('output.downloading', { share: format.percent(share) }) : t('action.download')}
      </Button>
    </>
  );
}

/** One stream of a run as it is printed. */
export function OutputView({ run, stream, feed, version, isExpired, isErased }: OutputViewProps) {
  const { t } = useTranslation();
  const [isFollowing, setIsFollowing] = useState(true);
  const [isWrapped, setIsWrapped] = useState(false);
  const isEmpty = feed.buffer.rowCount === 0;
  const showsFailure = feed.failure !== undefined && failureOf(feed.failure).code !== 'output-expired';
  return (
    <div className={classes['view']}>
      {showsFailure && <FailureNotice error={feed.failure} onRetry={() => { feed.refresh(); }} />}
      <OutputRows
        label={t('output.label', { name: run.endpointName, stream: t(`output.${stream}`) })}
        feed={feed}
        version={version}
        isFollowing={isFollowing}
        onFollow={setIsFollowing}
        isWrapped={isWrapped}
        isRunning={!hasEnded(run.state)}
        note={isEmpty ? <OutputNote run={run} feed={feed} isExpired={isExpired} isErased={isErased} /> : null}
      />
      <div className={classes['bar']}>
        <Switch size="xs" label={t('output.follow')} checked={isFollowing} onChange={(event) => { setIsFollowing(event.currentTarget.checked); }} />
        <Switch size="xs" label={t('output.wrap')} checked={isWrapped} onChange={(event) => { setIsWrapped(event.currentTarget.checked); }} />
        <Download run={run} stream={stream} isEmpty={isEmpty} />
      </div>
    </div>
  );
}
