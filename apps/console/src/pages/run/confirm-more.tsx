import { Anchor, Button, Divider, Modal, TextInput } from '@mantine/core';
import { IconHourglass } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CreateExecutionRequest } from '@kanade/api-client';
import { ownAccountQuery } from '../../api/accounts.ts';
import { signInOptionsQuery } from '../../api/session.ts';
import { ButtonLink } from '../../components/button-link.tsx';
import { FailureNotice } from '../../components/feedback.tsx';
import { paths } from '../../paths.ts';
import classes from './run.module.css';

export type Confirm = NonNullable<CreateExecutionRequest['confirm']>;

interface ConfirmMoreProps {
  readonly count: number;
  readonly error: unknown;
  readonly isPending: boolean;
  /** Without an argument: the same again, after a proof given elsewhere. */
  readonly onConfirm: (confirm?: Confirm) => void;
  readonly onClose: () => void;
}

function CodeForm({ count, isPending, onConfirm }: Pick<ConfirmMoreProps, 'count' | 'isPending' | 'onConfirm'>) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const typed = code.trim();
  return (
    <form
      className={classes['part']}
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.length >= 6) onConfirm({ kind: 'code', code: typed });
      }}
    >
      <TextInput
        label={t('approval.code')} description={t('signInCode.hint')} autoComplete="one-time-code" autoCapitalize="none" spellCheck={false} data-autofocus
        value={code} onChange={({ currentTarget: { value } }) => { setCode(value); }}
      />
      <Button type="submit" disabled={typed.length < 6} loading={isPending}>{t('run.submit', { count })}</Button>
    </form>
  );
}

/** How somebody proves anew who they are: with a code, or at their identity provider, in a window of its own so that the form stays. */
function OwnProof(props: Pick<ConfirmMoreProps, 'count' | 'isPending' | 'onConfirm'>) {
  const { t } = useTranslation();
  const { data: account } = useQuery(ownAccountQuery);
  const { data: options } = useQuery(signInOptionsQuery);
  if (account === undefined) return null;
  if (account.secondFactor !== null) return <CodeForm {...props} />;
  if (account.provider === null) {
    return (
      <div className={classes['part']}>
        <p className={classes['notes']}>{t('approval.noFactor')}</p>
        <ButtonLink to={paths.account} variant="default">{t('approval.setUp')}</ButtonLink>
      </div>
    );
  }
  const name = options?.provider?.name ?? account.provider;
  const query = new URLSearchParams({ fresh: 'true', from: paths.account });
  return (
    <div className={classes['part']}>
      <Anchor href={`/api/v1/oidc/sign-in?${query.toString()}`} target="_blank" rel="noreferrer">{t('approval.proveAtProvider', { name })}</Anchor>
      <Button loading={props.isPending} onClick={() => { props.onConfirm(); }}>{t('run.submit', { count: props.count })}</Button>
    </div>
  );
}

/** Asks for what an execution over many endpoints takes: another proof, or somebody else's approval. */
export function ConfirmMore({ count, error, isPending, onConfirm, onClose }: ConfirmMoreProps) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} title={t('approval.moreTitle')} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <div className={classes['part']}>
        {error !== null && <FailureNotice of="action" error={error} />}
        <p className={classes['notes']}>{t('approval.moreDetail', { count })}</p>
        <OwnProof count={count} isPending={isPending} onConfirm={onConfirm} />
        <Divider label={t('approval.or')} labelPosition="center" />
        <Button variant="default" leftSection={<IconHourglass size={15} />} disabled={isPending} onClick={() => { onConfirm({ kind: 'approval' }); }}>{t('approval.ask')}</Button>
      </div>
    </Modal>
  );
}
