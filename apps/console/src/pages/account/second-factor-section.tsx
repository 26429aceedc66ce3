import { Button, Modal } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { disableSecondFactor } from '@kanade/api-client';
import type { OwnAccount } from '@kanade/api-client';
import { Card, Facts, Section } from '../../components/page.tsx';
import { AbsoluteTime } from '../../components/time-text.tsx';
import classes from './account.module.css';
import { ProvePassword, SecondFactorSetup } from './second-factor-setup.tsx';

function DisableDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const disable = useMutation({
    mutationFn: (password: string) => disableSecondFactor({ password }),
    onSuccess: () => {
      notifications.show({ message: t('account.disabled') });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={t('account.disableTitle')} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <p className={classes['lead']}>{t('account.disableDetail')}</p>
      <ProvePassword error={disable.error} isPending={disable.isPending} submit={t('account.disable')} onProve={disable.mutate} />
    </Modal>
  );
}

/** Whether signing in needs a code, and how to change that. */
export function SecondFactorSection({ account: { secondFactor } }: { readonly account: OwnAccount }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [open, setOpen] = useState<'set-up' | 'disable' | null>(null);
  const close = () => {
    setOpen(null);
    void queries.invalidateQueries({ queryKey: ['account'] });
    void queries.invalidateQueries({ queryKey: ['sessions'] });
  };
  return (
    <Section title={t('account.secondFactor')}>
      <Card>
        {secondFactor === null ? (
          <>
            <p className={`k-muted ${classes['lead'] ?? ''}`}>{t('account.secondFactorOff')}</p>
            <Button onClick={() => { setOpen('set-up'); }}>{t('account.setUp')}</Button>
          </>
        ) : (
          <>
            <p className={classes['lead']}>{t('account.secondFactorOn')}</p>
            <Facts
              strip
              facts={[
                { term: t('account.enabledSince'), value: <AbsoluteTime time={secondFactor.enabledAt} /> },
                { term: t('account.recoveryLeft'), value: secondFactor.recoveryCodesLeft },
              ]}
            />
            <Button mt="md" variant="default" onClick={() => { setOpen('disable'); }}>{t('account.disable')}</Button>
          </>
        )}
      </Card>
      {open === 'set-up' && <SecondFactorSetup onClose={close} />}
      {open === 'disable' && <DisableDialog onClose={close} />}
    </Section>
  );
}
