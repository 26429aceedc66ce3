import { Button, PasswordInput, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { createSession } from '@kanade/api-client';
import type { SignInRequest } from '@kanade/api-client';
import { failureOf } from '../api/problem.ts';
import { sessionQuery, signInOptionsQuery } from '../api/session.ts';
import { FailureNotice, Notice } from '../components/feedback.tsx';
import { PublicForm, PublicPage } from '../components/public-page.tsx';
import { paths } from '../paths.ts';
import { ProviderSignIn } from './sign-in/provider.tsx';

const route = getRouteApi(paths.signIn);

/** Only an address of our own: one that begins with two slashes would lead to another host. */
function isOwnAddress(address: string): boolean {
  return /^\/(?![/\\])/.test(address);
}

/** The refusals somebody who signs in expects, in one line. */
function Refusal({ error }: { readonly error: unknown }) {
  const { t } = useTranslation();
  const { code } = failureOf(error);
  if (code === 'second-factor-required') return null;
  if (code === 'sign-in-failed' || code === 'second-factor-failed') return <Notice title={t(`problem.${code}`)} />;
  return <FailureNotice of="action" error={error} />;
}

interface StepProps {
  readonly error: unknown;
  readonly isPending: boolean;
}

function PasswordStep({ error, isPending, ended, onSubmit }: StepProps & { readonly ended: boolean; readonly onSubmit: (credentials: SignInRequest) => void }) {
  const { t } = useTranslation();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { username: '', password: '' },
    validate: { username: isNotEmpty(t('signIn.required')), password: isNotEmpty(t('signIn.required')) },
  });
  const username = useRef<HTMLInputElement>(null);
  useEffect(() => {
    username.current?.focus();
  }, []);
  return (
    <PublicForm label={t('signIn.title')} onSubmit={form.onSubmit(onSubmit)}>
      {ended && error === null && <Notice title={t('signIn.expired')} />}
      {error !== null && <Refusal error={error} />}
      <TextInput label={t('signIn.username')} autoComplete="username" autoCapitalize="none" spellCheck={false} key={form.key('username')} {...form.getInputProps('username')} ref={username} />
      <PasswordInput label={t('signIn.password')} autoComplete="current-password" key={form.key('password')} {...form.getInputProps('password')} />
      <Button type="submit" size="md" loading={isPending}>
        {t('signIn.submit')}
      </Button>
    </PublicForm>
  );
}

function CodeStep({ error, isPending, onSubmit, onBack }: StepProps & { readonly onSubmit: (code: string) => void; readonly onBack: () => void }) {
  const { t } = useTranslation();
  const form = useForm({ mode: 'uncontrolled', initialValues: { code: '' }, validate: { code: (text) => (text.trim().length < 6 ? t('signIn.required') : null) } });
  const code = useRef<HTMLInputElement>(null);
  useEffect(() => {
    code.current?.focus();
  }, []);
  return (
    <PublicForm label={t('signIn.title')} onSubmit={form.onSubmit((values) => { onSubmit(values.code.trim()); })}>
      <Refusal error={error} />
      <TextInput
        label={t('signInCode.label')} description={t('signInCode.hint')} autoComplete="one-time-code" autoCapitalize="none" spellCheck={false}
        key={form.key('code')} {...form.getInputProps('code')} ref={code}
      />
      <Button type="submit" size="md" loading={isPending}>
        {t('signIn.submit')}
      </Button>
      <Button variant="subtle" color="gray" onClick={onBack}>
        {t('signInCode.back')}
      </Button>
    </PublicForm>
  );
}

export function SignInPage() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const router = useRouter();
  const { from, ended, problem } = route.useSearch();
  const { data: options } = useQuery(signInOptionsQuery);
  const provider = options?.provider ?? null;
  const goal = from !== undefined && isOwnAddress(from) ? from : undefined;
  const signIn = useMutation({
    mutationFn: (credentials: SignInRequest) => createSession(credentials),
    onSuccess: (session) => {
      queries.setQueryData(sessionQuery.queryKey, session);
      router.history.replace(goal ?? paths.overview);
    },
  });
  const { error, isPending, variables } = signIn;
  // Once the password was right, the code is asked for until it is right or somebody else wants to sign in.
  const asksForCode = variables !== undefined && (variables.code !== undefined || failureOf(error).code === 'second-factor-required');
  return (
    <PublicPage title={t('signIn.title')} heading={t('app.name')} hint={t('signIn.hint')}>
      {problem !== undefined && <Notice title={t(`signInProblem.${problem}`)} />}
      {provider !== null && !asksForCode && <ProviderSignIn provider={provider} from={goal} />}
      {asksForCode ? (
        <CodeStep
          error={error}
          isPending={isPending}
          onSubmit={(code) => { signIn.mutate({ ...variables, code }); }}
          onBack={signIn.reset}
        />
      ) : (
        <PasswordStep error={error} isPending={isPending} ended={ended === true} onSubmit={(credentials) => { signIn.mutate(credentials); }} />
      )}
    </PublicPage>
  );
}
