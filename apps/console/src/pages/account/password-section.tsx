import { Button, PasswordInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { changePassword } from '@kanade/api-client';
import { sessionQuery } from '../../api/session.ts';
import { FailureNotice } from '../../components/feedback.tsx';
import { NewPasswordInputs, useNewPasswordRules } from '../../components/new-password.tsx';
import { Card, Section } from '../../components/page.tsx';
import classes from './account.module.css';

/** Changes one's own password. */
export function PasswordSection() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { current: '', password: '', again: '' },
    validate: { current: isNotEmpty(t('signIn.required')), ...useNewPasswordRules() },
  });
  const change = useMutation({
    mutationFn: ({ current, password }: { current: string; password: string }) => changePassword({ currentPassword: current, newPassword: password }),
    onSuccess: async (session) => {
      form.reset();
      queries.setQueryData(sessionQuery.queryKey, session);
      notifications.show({ message: t('account.passwordChanged') });
      await queries.invalidateQueries({ queryKey: ['sessions'] });
    },
  });
  return (
    <Section title={t('account.password')}>
      <Card>
        <form className={classes['form']} aria-label={t('account.changePassword')} onSubmit={form.onSubmit((values) => { change.mutate(values); })}>
          <span className="k-muted">{t('account.passwordLead')}</span>
          {change.isError && <FailureNotice of="action" error={change.error} />}
          <PasswordInput label={t('account.current')} autoComplete="current-password" key={form.key('current')} {...form.getInputProps('current')} />
          <NewPasswordInputs form={form} />
          <div>
            <Button type="submit" loading={change.isPending}>
              {t('account.changePassword')}
            </Button>
          </div>
        </form>
      </Card>
    </Section>
  );
}
