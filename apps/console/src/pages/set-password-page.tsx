import { Button } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { setPassword } from '@kanade/api-client';
import { ButtonLink } from '../components/button-link.tsx';
import { FailureNotice, Notice } from '../components/feedback.tsx';
import { NewPasswordInputs, useNewPasswordRules } from '../components/new-password.tsx';
import type { NewPassword } from '../components/new-password.tsx';
import { PublicForm, PublicPage } from '../components/public-page.tsx';
import { paths } from '../paths.ts';

/** Where a one-time link leads; its token stands behind the hash, which no browser sends to any server. */
export function SetPasswordPage() {
  const { t } = useTranslation();
  const token = useRouterState({ select: (state) => state.location.hash });
  const values: NewPassword = { password: '', again: '' };
  const form = useForm({ mode: 'uncontrolled', initialValues: values, validate: useNewPasswordRules() });
  const save = useMutation({ mutationFn: ({ password }: NewPassword) => setPassword({ token, password }) });
  const title = t('setPassword.title');
  if (token === '') {
    return (
      <PublicPage title={title} heading={title}>
        <Notice title={t('setPassword.missing')}>{t('setPassword.missingDetail')}</Notice>
      </PublicPage>
    );
  }
  if (save.isSuccess) {
    return (
      <PublicPage title={title} heading={t('setPassword.done')}>
        <p>{t('setPassword.doneDetail')}</p>
        <ButtonLink to={paths.signIn}>{t('setPassword.toSignIn')}</ButtonLink>
      </PublicPage>
    );
  }
  return (
    <PublicPage title={title} heading={title}>
      <PublicForm label={title} onSubmit={form.onSubmit((entered) => { save.mutate(entered); })}>
        {save.isError && <FailureNotice of="action" error={save.error} />}
        <NewPasswordInputs form={form} />
        <Button type="submit" size="md" loading={save.isPending}>
          {t('newPassword.save')}
        </Button>
      </PublicForm>
    </PublicPage>
  );
}
