import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createSite } from '@kanade/api-client';
import { faultAt, failedBeside } from '../../api/problem.ts';
import { sitePattern, sitesQuery } from '../../api/sites.ts';
import type { SiteView } from '../../api/types.ts';
import { FailureNotice } from '../../components/feedback.tsx';

interface KnownSites {
  /** The sites there are; undefined until they are known. */
  readonly known: readonly SiteView[] | undefined;
}

export function CreateSite({ known }: KnownSites) {
  const { t } = useTranslation();
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <>
      <Button leftSection={<IconPlus size={15} />} onClick={dialog.open}>{t('sites.create')}</Button>
      <Modal opened={isOpen} onClose={dialog.close} title={t('sites.createTitle')} closeButtonProps={{ 'aria-label': t('app.close') }}>
        <Form known={known} onDone={dialog.close} />
      </Modal>
    </>
  );
}

function Form({ known, onDone }: KnownSites & { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const site = text.trim();
  const create = useMutation({
    mutationFn: () => createSite(site),
    onSuccess: async () => {
      onDone();
      notifications.show({ message: t('sites.created', { site }) });
      await queries.invalidateQueries({ queryKey: sitesQuery.queryKey });
    },
  });
  const isThere = known?.some(({ name }) => name === site) === true;
  const isBad = site !== '' && !sitePattern.test(site);
  const failsElsewhere = failedBeside(create.error, 'site');
  const fault = isThere ? t('sites.exists') : isBad ? t('sites.badName') : faultAt(create.error, 'site');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      {failsElsewhere && <FailureNotice of="action" error={create.error} />}
      <TextInput
        label={t('sites.name')} description={t('sites.nameHint')} value={text} error={fault} maxLength={63} autoComplete="off" autoCapitalize="none" spellCheck={false} data-autofocus
        onChange={(event) => { setText(event.currentTarget.value); }}
      />
      <Group justify="flex-end" mt="md">
        <Button type="submit" loading={create.isPending} disabled={site === '' || isBad || isThere}>{t('sites.make')}</Button>
      </Group>
    </form>
  );
}
