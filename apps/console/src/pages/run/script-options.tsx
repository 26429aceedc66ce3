import { Button, CloseButton, Select, Textarea, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { runAsChoices } from '../../api/choices.ts';
import { choiceOf } from '../../search-params.ts';
import { hasOptions } from './run-values.ts';
import type { RunValues } from './run-values.ts';
import classes from './run.module.css';

export type RunForm = UseFormReturnType<RunValues>;

interface PartProps {
  readonly form: RunForm;
}

/** A list's heading, its rows, and the button that adds one. */
function Rows({ label, add, onAdd, children }: { readonly label: string; readonly add: string; readonly onAdd: () => void; readonly children: ReactNode }) {
  return (
    <fieldset className={classes['rows']}>
      <legend>{label}</legend>
      {children}
      <Button className={classes['add'] ?? ''} variant="default" size="xs" leftSection={<IconPlus size={14} />} onClick={onAdd}>
        {add}
      </Button>
    </fieldset>
  );
}

function Arguments({ form }: PartProps) {
  const { t } = useTranslation();
  return (
    <Rows label={t('run.arguments')} add={t('run.addArgument')} onAdd={() => { form.insertListItem('arguments', ''); }}>
      {form.values.arguments.map((_, index) => (
        <div key={index} className={classes['row']}>
          <Textarea className={classes['script'] ?? ''} aria-label={t('run.argument', { number: index + 1 })} autosize minRows={1} spellCheck={false} {...form.getInputProps(`arguments.${index}`)} />
          <CloseButton aria-label={t('run.removeArgument', { number: index + 1 })} onClick={() => { form.removeListItem('arguments', index); }} />
        </div>
      ))}
    </Rows>
  );
}

function Variables({ form }: PartProps) {
  const { t } = useTranslation();
  return (
    <Rows label={t('run.env')} add={t('run.addVariable')} onAdd={() => { form.insertListItem('env', { name: '', value: '' }); }}>
      {form.values.env.map((_, index) => (
        <div key={index} className={classes['row']}>
          <TextInput aria-label={t('run.variableName', { number: index + 1 })} placeholder={t('run.variableNamePlaceholder')} spellCheck={false} autoCapitalize="none" {...form.getInputProps(`env.${index}.name`)} />
          <Textarea className={classes['script'] ?? ''} aria-label={t('run.variableValue', { number: index + 1 })} autosize minRows={1} spellCheck={false} {...form.getInputProps(`env.${index}.value`)} />
          <CloseButton aria-label={t('run.removeVariable', { number: index + 1 })} onClick={() => { form.removeListItem('env', index); }} />
        </div>
      ))}
    </Rows>
  );
}

/** What a script is given besides its text; open from the start when any of it is set. */
export function ScriptOptions({ form }: PartProps) {
  const { t } = useTranslation();
  const [isOpen] = useState(() => hasOptions(form.values));
  return (
    <details className={classes['options']} open={isOpen}>
      <summary>{t('run.options')}</summary>
      <div className={classes['part']}>
        <div className={classes['pair']}>
          <Arguments form={form} />
          <Variables form={form} />
        </div>
        <div className={classes['pair']}>
          <TextInput label={t('run.cwd')} description={t('run.cwdHint')} spellCheck={false} autoCapitalize="none" {...form.getInputProps('cwd')} />
          <Select
            label={t('run.runAs')}
            description={t('run.runAsHint')}
            data={[{ value: 'system', label: t('execute.runAsSystem') }, { value: 'user', label: t('execute.runAsUser') }]}
            allowDeselect={false}
            {...form.getInputProps('runAs')}
            onChange={(value) => { form.setFieldValue('runAs', choiceOf(value, runAsChoices) ?? 'system'); }}
          />
          <TextInput label={t('run.timeout')} description={t('run.timeoutHint')} spellCheck={false} {...form.getInputProps('timeout')} />
        </div>
      </div>
    </details>
  );
}
