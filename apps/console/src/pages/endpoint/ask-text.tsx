import { Button, Group, Modal, TextInput } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureNotice } from '../../components/feedback.tsx';

interface AskTextProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly detail?: string;
  /** What to write; without it only yes or no is asked. */
  readonly label?: string;
  readonly hint?: string;
  /** The most characters it takes. */
  readonly longest?: number;
  readonly initial?: string;
  readonly confirm: string;
  readonly danger?: boolean;
  readonly change: UseMutationResult<unknown, Error, string>;
}

/** Asks before something is done, with room for a line of text. */
export function AskText({ opened, onClose, title, ...question }: AskTextProps) {
  const { t } = useTranslation();
  return (
    <Modal opened={opened} onClose={onClose} title={title} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <Question onClose={onClose} {...question} />
    </Modal>
  );
}

/** Made anew with every opening, so that nothing written before is left in it. */
function Question({ onClose, detail, label, hint, longest = 100, initial = '', confirm, danger = false, change }: Omit<AskTextProps, 'opened' | 'title'>) {
  const { t } = useTranslation();
  const [text, setText] = useState(initial);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate(text.trim());
      }}
    >
      {change.isError && <FailureNotice of="action" error={change.error} />}
      {detail !== undefined && <p>{detail}</p>}
      {label !== undefined && (
        <TextInput label={label} description={hint} value={text} maxLength={longest} data-autofocus onChange={(event) => { setText(event.currentTarget.value); }} />
      )}
      <Group justify="flex-end" gap="xs" mt="md">
        <Button variant="default" onClick={onClose}>{t('endpoints.keep')}</Button>
        <Button type="submit" loading={change.isPending} {...(danger ? { color: 'red' } : {})}>{confirm}</Button>
      </Group>
    </form>
  );
}
