import { Button, Group, Modal, Radio, TagsInput, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createToken } from '@kanade/api-client';
import type { CreateTokenResult } from '@kanade/api-client';
import { failedBeside, faultAt } from '../../api/problem.ts';
import { CopyAction } from '../../components/code-block.tsx';
import { FailureNotice } from '../../components/feedback.tsx';

/** What a scope can begin with; not words, and the same in every language. */
const suggestions = ['read', 'run', 'job:run:', 'job:write', 'package:publish:', 'endpoint:manage', 'secret:write', 'data:erase', 'audit:read'];

/** The parts of the form that say themselves what is wrong with them. */
const fields = ['name', 'expiresIn', 'scopes'];

/** What takes over a token on the machine where the command line is used. */
const loginCommand = (): string => `kanade login --url ${window.location.origin} --with-token`;

/** Makes a token and shows it, this once. */
export function CreateToken() {
  const { t } = useTranslation();
  const [isOpen, dialog] = useDisclosure(false);
  return (
    <>
      <Button variant="default" leftSection={<IconPlus size={15} />} onClick={dialog.open}>{t('tokens.create')}</Button>
      <Modal opened={isOpen} onClose={dialog.close} title={t('tokens.createTitle')} closeButtonProps={{ 'aria-label': t('app.close') }}>
        <Form onDone={dialog.close} />
      </Modal>
    </>
  );
}

function Form({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [values, setValues] = useState({ name: '', expiresIn: '90d', isForMachine: true });
  const [scopes, setScopes] = useState<string[]>([]);
  const create = useMutation({
    mutationFn: () => createToken({ name: values.name, expiresIn: values.expiresIn, scopes: values.isForMachine ? scopes : null }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['tokens'] }),
  });
  const set = (change: Partial<typeof values>) => { setValues((before) => ({ ...before, ...change })); };
  if (create.data) return <Made made={create.data} isForMachine={values.isForMachine} onDone={onDone} />;
  const isIncomplete = values.name.trim() === '' || (values.isForMachine && scopes.length === 0);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      {fields.every((part) => failedBeside(create.error, part)) && <FailureNotice of="action" error={create.error} />}
      <TextInput label={t('tokens.name')} description={t('tokens.nameHint')} value={values.name} error={faultAt(create.error, 'name')} onChange={(event) => { set({ name: event.currentTarget.value }); }} />
      <TextInput
        label={t('tokens.validFor')} description={t('tokens.validForHint')} value={values.expiresIn} error={faultAt(create.error, 'expiresIn')}
        onChange={(event) => { set({ expiresIn: event.currentTarget.value }); }}
      />
      <Radio.Group mt="sm" label={t('tokens.for')} value={values.isForMachine ? 'machine' : 'self'} onChange={(value) => { set({ isForMachine: value === 'machine' }); }}>
        <Radio mt="xs" value="machine" label={t('tokens.forMachine')} />
        <Radio mt="xs" value="self" label={t('tokens.forSelf')} />
      </Radio.Group>
      {values.isForMachine && (
        <TagsInput
          mt="sm" label={t('tokens.scopes')} description={t('tokens.scopesHint')} data={suggestions} value={scopes} error={faultAt(create.error, 'scopes')} onChange={setScopes} acceptValueOnBlur
        />
      )}
      <Group justify="flex-end" mt="md">
        <Button type="submit" loading={create.isPending} disabled={isIncomplete}>{t('tokens.make')}</Button>
      </Group>
    </form>
  );
}

function Made({ made: { token }, isForMachine, onDone }: { readonly made: CreateTokenResult; readonly isForMachine: boolean; readonly onDone: () => void }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t('tokens.once')}</p>
      <p className="k-mono" style={{ overflowWrap: 'anywhere' }}>{token}<CopyAction text={token} /></p>
      {!isForMachine && <p>{t('tokens.handOver')} <span className="k-mono">{loginCommand()}</span></p>}
      <Group justify="flex-end"><Button onClick={onDone}>{t('tokens.done')}</Button></Group>
    </>
  );
}
