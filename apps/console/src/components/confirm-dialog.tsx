import { Button, Group, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureNotice } from './feedback.tsx';

interface ConfirmProps {
  readonly title: string;
  readonly detail: string;
  readonly confirm: string;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly isDangerous?: boolean;
  readonly children?: ReactNode;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Asks before something that others notice. */
export function ConfirmDialog({ title, detail, confirm, error, isPending, isDangerous = true, children, onConfirm, onClose }: ConfirmProps) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('app.close') }}>
      {error !== null && <FailureNotice of="action" error={error} />}
      <p>{detail}</p>
      {children}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t('action.cancel')}
        </Button>
        <Button {...(isDangerous && { color: 'red' })} loading={isPending} onClick={onConfirm}>
          {confirm}
        </Button>
      </Group>
    </Modal>
  );
}
