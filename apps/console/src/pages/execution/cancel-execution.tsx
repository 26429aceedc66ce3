import { Button, Group, Modal } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconBan } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { cancelExecution } from '@kanade/api-client';
import { FailureNotice } from '../../components/feedback.tsx';

/** Cancels an execution, or with `runId` one run of it; asks first. */
export function CancelExecution({ executionId, runId }: { readonly executionId: string; readonly runId?: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [isOpen, dialog] = useDisclosure(false);
  const cancel = useMutation({
    mutationFn: () => cancelExecution(executionId, runId === undefined ? {} : { runIds: [runId] }),
    onSuccess: async () => {
      dialog.close();
      notifications.show({ message: t('execution.cancelAsked') });
      await Promise.all([queries.invalidateQueries({ queryKey: ['executions'] }), queries.invalidateQueries({ queryKey: ['runs'] })]);
    },
  });
  const label = runId === undefined ? t('execution.cancelAll') : t('execution.cancelOne');
  return (
    <>
      <Button variant="default" size={runId === undefined ? 'sm' : 'xs'} leftSection={<IconBan size={15} />} onClick={dialog.open}>
        {label}
      </Button>
      <Modal
        opened={isOpen}
        onClose={dialog.close}
        title={runId === undefined ? t('execution.cancelAllTitle') : t('execution.cancelOneTitle')}
        closeButtonProps={{ 'aria-label': t('app.close') }}
      >
        {cancel.isError && <FailureNotice of="action" error={cancel.error} />}
        <p>{t('execution.cancelDetail')}</p>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={dialog.close} data-autofocus>
            {t('execution.keep')}
          </Button>
          <Button color="red" loading={cancel.isPending} onClick={() => { cancel.mutate(); }}>
            {t('execution.cancelConfirm')}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
