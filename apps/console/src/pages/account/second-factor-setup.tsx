import { Button, Modal, PasswordInput, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { QRCodeSVG } from 'qrcode.react';
import { useTranslation } from 'react-i18next';
import { confirmSecondFactor, offerSecondFactor } from '@kanade/api-client';
import type { SecondFactorOffer } from '@kanade/api-client';
import { CodeBlock } from '../../components/code-block.tsx';
import { FailureNotice, Notice } from '../../components/feedback.tsx';
import classes from './account.module.css';

/** The password once more, before anything about signing in changes. */
export function ProvePassword({ error, isPending, submit, onProve }: { readonly error: unknown; readonly isPending: boolean; readonly submit: string; readonly onProve: (password: string) => void }) {
  const { t } = useTranslation();
  const form = useForm({ mode: 'uncontrolled', initialValues: { password: '' }, validate: { password: isNotEmpty(t('signIn.required')) } });
  return (
    <form className={classes['form']} aria-label={t('account.prove')} onSubmit={form.onSubmit(({ password }) => { onProve(password); })}>
      {error !== null && <FailureNotice of="action" error={error} />}
      <PasswordInput label={t('account.current')} description={t('account.prove')} autoComplete="current-password" data-autofocus key={form.key('password')} {...form.getInputProps('password')} />
      <div>
        <Button type="submit" loading={isPending}>
          {submit}
        </Button>
      </div>
    </form>
  );
}

function ConfirmOffer({ offer, error, isPending, onConfirm }: { readonly offer: SecondFactorOffer; readonly error: unknown; readonly isPending: boolean; readonly onConfirm: (code: string) => void }) {
  const { t } = useTranslation();
  const form = useForm({ mode: 'uncontrolled', initialValues: { code: '' }, validate: { code: (text) => (/^\s*\d{3}\s?\d{3}\s*$/.test(text) ? null : t('signIn.required')) } });
  return (
    <>
      <p className={classes['lead']}>{t('account.scan')}</p>
      <div className={classes['qr']}>
        <div className={classes['code']}>
          <QRCodeSVG value={offer.uri} size={168} level="M" role="img" aria-label={t('account.qr')} />
        </div>
        <div className={classes['beside']}>
          <CodeBlock label={t('account.key')} code={offer.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')} wrap />
          <form className={classes['form']} aria-label={t('account.setUp')} onSubmit={form.onSubmit(({ code }) => { onConfirm(code.trim()); })}>
            {error !== null && <FailureNotice of="action" error={error} />}
            <TextInput label={t('account.codeLabel')} inputMode="numeric" autoComplete="one-time-code" key={form.key('code')} {...form.getInputProps('code')} />
            <div>
              <Button type="submit" loading={isPending}>
                {t('account.confirm')}
              </Button>
            </div>
          </form>
        </div>
      </div>
    </>
  );
}

/** Password, QR code, a code to confirm it, recovery codes: in this order. */
export function SecondFactorSetup({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const offer = useMutation({ mutationFn: (password: string) => offerSecondFactor({ password }) });
  const confirm = useMutation({ mutationFn: (code: string) => confirmSecondFactor({ code }) });
  const codes = confirm.data?.recoveryCodes;
  const isShowingCodes = codes !== undefined;
  return (
    // Once they are shown, the recovery codes go away by their own button only.
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={t('account.secondFactor')}
      closeOnClickOutside={!isShowingCodes}
      closeOnEscape={!isShowingCodes}
      closeButtonProps={{ 'aria-label': t('app.close') }}
    >
      {isShowingCodes ? (
        <div className={classes['codes']}>
          <Notice title={t('account.recoveryTitle')}>{t('account.recoveryDetail')}</Notice>
          <CodeBlock label={t('account.recoveryTitle')} code={codes.join('\n')} />
          <Button onClick={onClose}>{t('account.recoveryKept')}</Button>
        </div>
      ) : offer.data === undefined ? (
        <ProvePassword error={offer.error} isPending={offer.isPending} submit={t('account.go')} onProve={offer.mutate} />
      ) : (
        <ConfirmOffer offer={offer.data} error={confirm.error} isPending={confirm.isPending} onConfirm={confirm.mutate} />
      )}
    </Modal>
  );
}
