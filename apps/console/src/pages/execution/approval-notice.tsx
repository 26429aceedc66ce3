import { Button, Group, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { approveExecution, denyExecution } from '@kanade/api-client';
import { sessionQuery } from '../../api/session.ts';
import type { ExecutionDetail } from '../../api/types.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Card } from '../../components/page.tsx';
import { useMayNow } from '../../components/permitted.tsx';
import { AbsoluteTime, RelativeTime } from '../../components/time-text.tsx';
import classes from './approval-notice.module.css';

type Verb = 'approve' | 'deny';

interface DecisionProps {
  readonly executionId: string;
  readonly verb: Verb;
  readonly onClose: () => void;
}

function Decision({ executionId, verb, onClose }: DecisionProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const decide = useMutation({
    mutationFn: () => (verb === 'approve' ? approveExecution(executionId) : denyExecution(executionId, reason.trim() === '' ? {} : { reason: reason.trim() })),
    onSuccess: async () => {
      notifications.show({ message: t(`approval.${verb}Done`) });
      onClose();
      await queries.invalidateQueries({ queryKey: ['executions'] });
    },
  });
  return (
    <ConfirmDialog
      title={t(`approval.${verb}Title`)}
      detail={t(`approval.${verb}Detail`)}
      confirm={t(`approval.${verb}`)}
      isDangerous={verb === 'deny'}
      error={decide.error}
      isPending={decide.isPending}
      onConfirm={() => { decide.mutate(); }}
      onClose={onClose}
    >
      {verb === 'deny' && <TextInput label={t('approval.reason')} maxLength={500} value={reason} onChange={({ currentTarget: { value } }) => { setReason(value); }} />}
    </ConfirmDialog>
  );
}

/** What became of the approval an execution needs; whoever may decide does so here, with the script in sight. */
export function ApprovalNotice({ executionId, approval }: { readonly executionId: string; readonly approval: NonNullable<ExecutionDetail['approval']> }) {
  const { t } = useTranslation();
  const may = useMayNow();
  const { data: session } = useQuery(sessionQuery);
  const [open, setOpen] = useState<Verb | null>(null);
  const { state, until, accountId, decidedBy, decidedAt, reason } = approval;
  if (state !== 'waiting') {
    return (
      <Card className={classes['notice']}>
        <strong>{t(`approval.${state}`, { name: decidedBy ?? '' })}</strong>
        <RelativeTime time={decidedAt} />
        {reason !== null && <span>{reason}</span>}
      </Card>
    );
  }
  const isOwn = session?.accountId === accountId;
  return (
    <Card className={classes['notice']}>
      <strong>{t('approval.waits')}</strong>
      <span>
        {isOwn ? t('approval.own') : t('approval.look')} {t('approval.until')} <AbsoluteTime time={until} />
      </span>
      {may('run') && !isOwn && (
        <Group gap="xs">
          <Button leftSection={<IconCheck size={15} />} onClick={() => { setOpen('approve'); }}>{t('approval.approve')}</Button>
          <Button variant="default" leftSection={<IconX size={15} />} onClick={() => { setOpen('deny'); }}>{t('approval.deny')}</Button>
        </Group>
      )}
      {open !== null && <Decision executionId={executionId} verb={open} onClose={() => { setOpen(null); }} />}
    </Card>
  );
}
