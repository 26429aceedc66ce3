import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconLogout, IconSettings, IconUser } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { deleteSession } from '@kanade/api-client';
import { sessionQuery, signInOptionsQuery } from '../api/session.ts';
import { paths } from '../paths.ts';

export function AccountMenu() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionQuery);
  const signOut = useMutation({
    mutationFn: () => deleteSession(),
    onSettled: async () => {
      await navigate({ to: paths.signIn });
      // Nothing the account saw stays in memory for whoever comes next.
      queries.removeQueries({ predicate: ({ queryKey: [first] }) => first !== signInOptionsQuery.queryKey[0] });
      queries.getMutationCache().clear();
    },
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Tooltip label={t('app.account')}>
          <ActionIcon variant="subtle" color="gray" aria-label={t('app.account')}>
            <IconUser size={17} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('app.signedInAs', { name: session?.username ?? '' })}</Menu.Label>
        <Menu.Item component={Link} to={paths.account} leftSection={<IconSettings size={15} />}>
          {t('account.title')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLogout size={15} />}
          onClick={() => {
            signOut.mutate();
          }}
        >
          {t('app.signOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
