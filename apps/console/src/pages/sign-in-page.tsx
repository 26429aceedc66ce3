import { Button, PasswordInput, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useDocumentTitle } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { createSession } from '@kanade/api-client';
import { failureOf } from '../api/problem.ts';
import { sessionQuery } from '../api/session.ts';
import { FailureNotice, Notice } from '../components/feedback.tsx';
import { Logo } from '../components/logo.tsx';
import { LanguageMenu, SchemeMenu } from '../components/preferences.tsx';
import { paths } from '../paths.ts';
import classes from './sign-in-page.module.css';

const route = getRouteApi(paths.signIn);

/** Only an address of our own: one that begins with two slashes would lead to another host. */
function isOwnAddress(address: string): boolean {
  return /^\/(?![/\\])/.test(address);
}

export function SignInPage() {
  const { t } = useTranslation();
  useDocumentTitle(`${t('signIn.title')} · kanade`);
  const queries = useQueryClient();
  const router = useRouter();
  const { from, ended } = route.useSearch();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { username: '', password: '' },
    validate: { username: isNotEmpty(t('signIn.required')), password: isNotEmpty(t('signIn.required')) },
  });
  const signIn = useMutation({
    mutationFn: (credentials: { username: string; password: string }) => createSession(credentials),
    onSuccess: (session) => {
      queries.setQueryData(sessionQuery.queryKey, session);
      router.history.replace(from !== undefined && isOwnAddress(from) ? from : paths.overview);
    },
  });
  const isRefused = failureOf(signIn.error).code === 'sign-in-failed';
  const username = useRef<HTMLInputElement>(null);
  useEffect(() => {
    username.current?.focus();
  }, []);
  return (
    <main className={classes['page']}>
      <div className={classes['tools']}>
        <LanguageMenu />
        <SchemeMenu />
      </div>
      <div className={classes['box']}>
        <div className={classes['head']}>
          <Logo size={32} />
          <h1>{t('app.name')}</h1>
        </div>
        <form
          className={classes['form']}
          aria-label={t('signIn.title')}
          onSubmit={form.onSubmit((values) => {
            signIn.mutate(values);
          })}
        >
          {ended === true && !signIn.isError && <Notice title={t('signIn.expired')} />}
          {signIn.isError && (isRefused ? <Notice title={t('problem.sign-in-failed')} /> : <FailureNotice of="action" error={signIn.error} />)}
          <TextInput label={t('signIn.username')} autoComplete="username" autoCapitalize="none" spellCheck={false} key={form.key('username')} {...form.getInputProps('username')} ref={username} />
          <PasswordInput label={t('signIn.password')} autoComplete="current-password" key={form.key('password')} {...form.getInputProps('password')} />
          <Button type="submit" size="md" loading={signIn.isPending}>
            {t('signIn.submit')}
          </Button>
        </form>
        <p className={classes['hint']}>{t('signIn.hint')}</p>
      </div>
    </main>
  );
}
