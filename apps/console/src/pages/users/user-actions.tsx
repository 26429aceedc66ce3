import { ActionIcon, Checkbox, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconBan, IconDots, IconKey, IconLogout, IconShield, IconUserCheck } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { disableAccount, enableAccount, endAccountSessions, resetAccount } from '@kanade/api-client';
import type { AccountView, PasswordLink } from '@kanade/api-client';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ChangeRoles } from './edit-user.tsx';
import { LinkDialog } from './link-dialog.tsx';

type Action = 'reset' | 'signOut' | 'disable' | 'enable';

interface ActionProps {
  readonly user: AccountView;
  readonly onClose: () => void;
  readonly onDone: () => void;
  readonly onLink: (link: PasswordLink) => void;
}

async function perform(action: Action, username: string, removeSecondFactor: boolean): Promise<PasswordLink | undefined> {
  if (action === 'reset') return resetAccount(username, { removeSecondFactor });
  await { signOut: endAccountSessions, disable: disableAccount, enable: enableAccount }[action](username);
  return undefined;
}

function ActionDialog({ action, user, onClose, onDone, onLink }: ActionProps & { readonly action: Action }) {
  const { t } = useTranslation();
  const [removesFactor, setRemovesFactor] = useState(false);
  const act = useMutation({
    mutationFn: () => perform(action, user.username, removesFactor),
    onSuccess: (link) => {
      if (link === undefined) onDone();
      else onLink(link);
    },
  });
  return (
    <ConfirmDialog
      title={t(`users.${action}Title`, { name: user.username })}
      detail={t(`users.${action}Detail`)}
      confirm={t(`users.${action}`)}
      isDangerous={action !== 'enable'}
      error={act.error}
      isPending={act.isPending}
      onConfirm={() => { act.mutate(); }}
      onClose={onClose}
    >
      {action === 'reset' && user.hasSecondFactor && (
        <Checkbox label={t('users.removeFactor')} checked={removesFactor} onChange={({ currentTarget: { checked } }) => { setRemovesFactor(checked); }} />
      )}
    </ConfirmDialog>
  );
}

/** What an administrator can do about a user. */
export function UserActions({ user }: { readonly user: AccountView }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [open, setOpen] = useState<Action | 'roles' | PasswordLink | null>(null);
  const close = () => {
    setOpen(null);
    void queries.invalidateQueries({ queryKey: ['accounts'] });
  };
  const done = () => {
    notifications.show({ message: t('users.done') });
    close();
  };
  const isDisabled = user.disabledAt !== null;
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={t('users.actions', { name: user.username })}>
            <IconDots size={17} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {user.provider === null && <Menu.Item leftSection={<IconShield size={15} />} onClick={() => { setOpen('roles'); }}>{t('users.changeRoles')}</Menu.Item>}
          {user.provider === null && <Menu.Item leftSection={<IconKey size={15} />} onClick={() => { setOpen('reset'); }}>{t('users.reset')}</Menu.Item>}
          <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => { setOpen('signOut'); }}>{t('users.signOut')}</Menu.Item>
          <Menu.Item leftSection={isDisabled ? <IconUserCheck size={15} /> : <IconBan size={15} />} onClick={() => { setOpen(isDisabled ? 'enable' : 'disable'); }}>
            {isDisabled ? t('users.enable') : t('users.disable')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === 'roles' && <ChangeRoles user={user} onClose={close} onDone={done} />}
      {typeof open === 'string' && open !== 'roles' && <ActionDialog action={open} user={user} onClose={close} onDone={done} onLink={setOpen} />}
      {typeof open === 'object' && open !== null && <LinkDialog link={open} onClose={close} />}
    </>
  );
}
