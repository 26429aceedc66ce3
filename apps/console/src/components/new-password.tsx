import { PasswordInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { shortestPassword } from '../api/accounts.ts';

export interface NewPassword {
  readonly password: string;
  readonly again: string;
}

/** What is wrong with a new password, before the server is asked. */
export function useNewPasswordRules() {
  const { t } = useTranslation();
  return {
    password: (password: string) => (password.length < shortestPassword ? t('newPassword.short') : null),
    again: (again: string, { password }: NewPassword) => (again === password ? null : t('newPassword.differs')),
  };
}

/** The two fields of a new password. */
export function NewPasswordInputs<Values extends NewPassword>({ form }: { readonly form: UseFormReturnType<Values> }) {
  const { t } = useTranslation();
  return (
    <>
      <PasswordInput
        label={t('newPassword.label')} description={t('newPassword.hint')} autoComplete="new-password" key={form.key('password')} {...form.getInputProps('password')}
      />
      <PasswordInput label={t('newPassword.repeat')} autoComplete="new-password" key={form.key('again')} {...form.getInputProps('again')} />
    </>
  );
}
