import { Button, Checkbox, Group, Modal, NumberInput, Select, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createEnrolmentToken } from '@kanade/api-client';
import { faultAt, failedBeside } from '../../api/problem.ts';
import { useSiteNames } from '../../api/sites.ts';
import { CopyAction } from '../../components/code-block.tsx';
import { FailureNotice } from '../../components/feedback.tsx';

/** The command that uses a token; not a sentence, and the same in every language. */
const commandOf = (token: string): string => `kanade-agent enrol ${token} --data-dir DIR`;

/** The site that is always there. */
const defaultSite = 'default';

/** Makes a token and shows it, this once. */
export function CreateEnrolmentToken() {
  const { t } = useTranslation();
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <>
      <Button leftSection={<IconPlus size={15} />} onClick={dialog.open}>{t('enrolmentTokens.create')}</Button>
      <Modal opened={isOpen} onClose={dialog.close} title={t('enrolmentTokens.createTitle')} closeButtonProps={{ 'aria-label': t('app.close') }}>
        <Form onDone={dialog.close} />
      </Modal>
    </>
  );
}

function Form({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const known = useSiteNames('endpoint:manage');
  const [values, setValues] = useState({ maxUses: 1, expiresIn: '24h', approval: false });
  const [chosen, setChosen] = useState<string>();
  const site = chosen ?? (known.includes(defaultSite) ? defaultSite : known[0]);
  const create = useMutation({
    mutationFn: () => createEnrolmentToken({ ...values, site: site ?? defaultSite }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['enrolment-tokens'] }),
  });
  const set = (change: Partial<typeof values>) => { setValues((before) => ({ ...before, ...change })); };
  const failsElsewhere = failedBeside(create.error, 'site');
  if (create.data) return <Made token={create.data.token} onDone={onDone} />;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      {failsElsewhere && <FailureNotice of="action" error={create.error} />}
      <NumberInput label={t('enrolmentTokens.maxUses')} min={1} max={100_000} value={values.maxUses} onChange={(value) => { set({ maxUses: Number(value) }); }} />
      <TextInput label={t('enrolmentTokens.validFor')} description={t('enrolmentTokens.validForHint')} value={values.expiresIn} onChange={(event) => { set({ expiresIn: event.currentTarget.value }); }} />
      <Select
        label={t('enrolmentTokens.site')} allowDeselect={false} searchable nothingFoundMessage={t('sites.noMatch')} data={known} value={site ?? null}
        error={faultAt(create.error, 'site')} onChange={(value) => { setChosen(value ?? undefined); }}
      />
      <Checkbox mt="sm" label={t('enrolmentTokens.approval')} checked={values.approval} onChange={(event) => { set({ approval: event.currentTarget.checked }); }} />
      <Group justify="flex-end" mt="md">
        <Button type="submit" loading={create.isPending} disabled={site === undefined}>{t('enrolmentTokens.make')}</Button>
      </Group>
    </form>
  );
}

function Made({ token, onDone }: { readonly token: string; readonly onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t('enrolmentTokens.once')}</p>
      <p className="k-mono" style={{ overflowWrap: 'anywhere' }}>{commandOf(token)}<CopyAction text={commandOf(token)} /></p>
      <Group justify="flex-end"><Button onClick={onDone}>{t('enrolmentTokens.done')}</Button></Group>
    </>
  );
}
