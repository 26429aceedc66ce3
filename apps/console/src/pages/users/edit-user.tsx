import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createAccount, setAccountGrants } from '@kanade/api-client';
import type { AccountView, PasswordLink } from '@kanade/api-client';
import { failedBeside } from '../../api/problem.ts';
import { FailureNotice } from '../../components/feedback.tsx';
import { GrantsFields } from './grants-fields.tsx';
import { chooseGrants, readGrants } from './grants-form.ts';
import type { ChosenGrant } from './grants-form.ts';
import classes from './users.module.css';

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,62}$/;

/** A new user's name and roles. */
export function AddUser({ onClose, onMade }: { readonly onClose: () => void; readonly onMade: (link: PasswordLink) => void }) {
  const { t } = useTranslation();
  const [username, setUsername] = useState('');
  const [grants, setGrants] = useState<readonly ChosenGrant[]>([{ role: 'viewer', sites: [] }]);
  const create = useMutation({ mutationFn: () => createAccount({ username, grants: readGrants(grants) }), onSuccess: (link) => { onMade(link); } });
  const failsElsewhere = failedBeside(create.error, 'grants');
  const isBadName = username !== '' && !namePattern.test(username);
  return (
    <Modal opened onClose={onClose} size="lg" title={t('users.addTitle')} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <form
        className={classes['form']}
        aria-label={t('users.addTitle')}
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        {failsElsewhere && <FailureNotice of="action" error={create.error} />}
        <TextInput
          label={t('users.name')} value={username} error={isBadName && t('users.badName')} autoComplete="off" autoCapitalize="none" spellCheck={false} data-autofocus
          onChange={({ currentTarget: { value } }) => { setUsername(value); }}
        />
        <GrantsFields grants={grants} error={create.error} onChange={setGrants} />
        <div>
          <Button type="submit" loading={create.isPending} disabled={!namePattern.test(username)}>
            {t('users.create')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** The roles of a user there is. */
export function ChangeRoles({ user, onClose, onDone }: { readonly user: AccountView; readonly onClose: () => void; readonly onDone: () => void }) {
  const { t } = useTranslation();
  const [grants, setGrants] = useState<readonly ChosenGrant[]>(chooseGrants(user.grants));
  const save = useMutation({ mutationFn: () => setAccountGrants(user.username, { grants: readGrants(grants) }), onSuccess: () => { onDone(); } });
  const failsElsewhere = failedBeside(save.error, 'grants');
  return (
    <Modal opened onClose={onClose} size="lg" title={t('users.changeRolesTitle', { name: user.username })} closeButtonProps={{ 'aria-label': t('app.close') }}>
      <form
        className={classes['form']}
        aria-label={t('users.changeRoles')}
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {failsElsewhere && <FailureNotice of="action" error={save.error} />}
        <GrantsFields grants={grants} error={save.error} onChange={setGrants} />
        <div>
          <Button type="submit" loading={save.isPending}>
            {t('users.save')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
