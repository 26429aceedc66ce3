import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconCheck, IconChevronDown, IconLogout, IconMapPin, IconPencil, IconPlayerPlay, IconShieldX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { approveEndpoint, releaseEndpoint, retireEndpoint, revokeEndpoint, setEndpointAlias } from '@kanade/api-client';
import type { EndpointDetail } from '../../api/types.ts';
import { FailureNotice } from '../../components/feedback.tsx';
import { MoveToSite } from '../../components/move-to-site.tsx';
import { AskText } from './ask-text.tsx';

type Question = 'alias' | 'site' | 'revoke' | 'retire';

/** Runs one change of the endpoint, has what is shown of it fetched again, and says what came of it. */
function useChange(endpointId: string, change: (text: string) => Promise<unknown>, said: string, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      onDone();
      notifications.show({ message: said });
      await Promise.all([queries.invalidateQueries({ queryKey: ['endpoints', 'list'] }), queries.invalidateQueries({ queryKey: ['endpoints', 'detail', endpointId] })]);
    },
  });
}

/** Everything an operator decides about an endpoint: letting it in, cutting it off, what it is called. */
export function ManageEndpoint({ endpoint }: { readonly endpoint: Pick<EndpointDetail, 'id' | 'name' | 'alias' | 'site' | 'standing' | 'held'> }) {
  const { t } = useTranslation();
  const { id, standing } = endpoint;
  const [question, setQuestion] = useState<Question>();
  const close = () => { setQuestion(undefined); };
  const approve = useChange(id, () => approveEndpoint(id), t('endpoints.approved'), close);
  const alias = useChange(id, (text) => setEndpointAlias(id, { alias: text === '' ? null : text }), t('endpoints.aliasSaved'), close);
  const revoke = useChange(id, (reason) => revokeEndpoint(id, reason === '' ? {} : { reason }), t('endpoints.revoked'), close);
  const release = useChange(id, () => releaseEndpoint(id), t('endpoints.released'), close);
  const retire = useChange(id, () => retireEndpoint(id), t('endpoints.retired'), close);
  const name = endpoint.alias ?? endpoint.name;
  if (standing === 'retired') return null;
  return (
    <>
      {release.isError && <FailureNotice of="action" error={release.error} />}
      {endpoint.held && (
        <Button variant="default" leftSection={<IconPlayerPlay size={15} />} loading={release.isPending} onClick={() => { release.mutate(''); }}>
          {t('endpoints.release')}
        </Button>
      )}
      {approve.isError && <FailureNotice of="action" error={approve.error} />}
      {standing === 'pending' && (
        <Button leftSection={<IconCheck size={15} />} loading={approve.isPending} onClick={() => { approve.mutate(''); }}>
          {t('endpoints.approve')}
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={15} />}>{t('endpoints.manage')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => { setQuestion('alias'); }}>{t('endpoints.setAlias')}</Menu.Item>
          <Menu.Item leftSection={<IconMapPin size={15} />} onClick={() => { setQuestion('site'); }}>{t('endpoints.changeSite')}</Menu.Item>
          {standing !== 'revoked' && <Menu.Item color="red" leftSection={<IconShieldX size={15} />} onClick={() => { setQuestion('revoke'); }}>{t('endpoints.revoke')}</Menu.Item>}
          <Menu.Item color="red" leftSection={<IconLogout size={15} />} onClick={() => { setQuestion('retire'); }}>{t('endpoints.retire')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {question === 'site' && <MoveToSite endpoints={[endpoint]} onClose={close} />}
      <AskText
        opened={question === 'alias'} onClose={close} title={t('endpoints.aliasTitle')} label={t('endpoints.aliasLabel')} hint={t('endpoints.aliasHint')}
        initial={endpoint.alias ?? ''} confirm={t('endpoints.save')} change={alias}
      />
      <AskText
        opened={question === 'revoke'} onClose={close} title={t('endpoints.revokeTitle', { name })} detail={t('endpoints.revokeDetail')} label={t('endpoints.revokeReason')} longest={500}
        confirm={t('endpoints.revokeConfirm')} danger change={revoke}
      />
      <AskText
        opened={question === 'retire'} onClose={close} title={t('endpoints.retireTitle', { name })} detail={t('endpoints.retireDetail')} confirm={t('endpoints.retireConfirm')} danger
        change={retire}
      />
    </>
  );
}
