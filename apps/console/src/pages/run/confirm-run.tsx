import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChosenEndpoint } from '../../components/selection.tsx';
import classes from './run.module.css';

/** From so many endpoints on, the number has to be typed: a click is too cheap. */
export const manyTargets = 25;

interface ConfirmRunProps {
  readonly targets: readonly ChosenEndpoint[];
  readonly isPending: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

export function ConfirmRun({ targets, isPending, onConfirm, onClose }: ConfirmRunProps) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const count = targets.length;
  const online = targets.filter(({ status }) => status === 'online').length;
  const isConfirmed = count < manyTargets || typed.trim() === String(count);
  return (
    <Modal opened onClose={onClose} title={t('run.confirmTitle', { count })} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <form
        className={classes['part']}
        onSubmit={(event) => {
          event.preventDefault();
          if (isConfirmed) onConfirm();
        }}
      >
        <p className={classes['notes']}>{online === count ? t('run.allOnline') : t('run.onlineNow', { count: online })}</p>
        {count >= manyTargets && (
          <TextInput label={t('run.confirmLabel', { count })} inputMode="numeric" autoComplete="off" data-autofocus value={typed} onChange={(event) => { setTyped(event.currentTarget.value); }} />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" disabled={!isConfirmed} loading={isPending}>
            {t('run.submit', { count })}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
