import { Button, Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PasswordLink } from '@kanade/api-client';
import { CodeBlock } from '../../components/code-block.tsx';
import classes from './users.module.css';

/** A link that is shown this once. */
export function LinkDialog({ link, onClose }: { readonly link: PasswordLink; readonly onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      opened onClose={onClose} size="lg" title={t('users.linkTitle', { name: link.username })} closeOnClickOutside={false} closeOnEscape={false}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      <p className={classes['lead']}>{t('users.linkDetail')}</p>
      <CodeBlock label={t('users.linkLabel')} code={`${location.origin}${link.link}`} wrap />
      <Button mt="md" onClick={onClose}>
        {t('app.close')}
      </Button>
    </Modal>
  );
}
