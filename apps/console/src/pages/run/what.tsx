import { SegmentedControl, Select, Textarea, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDebouncedValue } from '@mantine/hooks';
import { choiceOf } from '../../search-params.ts';
import { shells } from '../../api/choices.ts';
import { jobQuery, jobsQuery } from '../../api/jobs.ts';
import { ExecuteView } from '../../components/execute-view.tsx';
import { Card } from '../../components/page.tsx';
import { ScriptOptions } from './script-options.tsx';
import type { RunForm } from './script-options.tsx';
import classes from './run.module.css';

function JobFields({ form }: { readonly form: RunForm }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [search] = useDebouncedValue(text.trim(), 200);
  const { jobId } = form.values;
  const { data } = useQuery(jobsQuery({ search: search === '' || search === jobId ? undefined : search, limit: 50 }));
  const job = useQuery({ ...jobQuery(jobId ?? ''), enabled: jobId !== null });
  const found = (data?.items ?? []).map(({ id }) => id);
  return (
    <>
      <Select
        label={t('run.job')}
        placeholder={t('run.chooseJob')}
        searchable
        clearable
        nothingFoundMessage={t('run.noJobs')}
        onSearchChange={setText}
        data={jobId === null || found.includes(jobId) ? found : [jobId, ...found]}
        {...form.getInputProps('jobId')}
      />
      {job.data && <p className={classes['notes']}>{`${job.data.version} · ${job.data.description}`}</p>}
      {job.data?.execute && <ExecuteView execute={job.data.execute} />}
    </>
  );
}

function ScriptFields({ form }: { readonly form: RunForm }) {
  const { t } = useTranslation();
  return (
    <>
      <Select
        w={180}
        label={t('run.shell')}
        data={shells}
        allowDeselect={false}
        {...form.getInputProps('shell')}
        onChange={(value) => { form.setFieldValue('shell', choiceOf(value, shells) ?? 'sh'); }}
      />
      <Textarea
        className={classes['script'] ?? ''}
        label={t('run.scriptLabel')}
        placeholder={t('run.scriptPlaceholder')}
        autosize
        minRows={9}
        maxRows={26}
        spellCheck={false}
        autoCapitalize="none"
        {...form.getInputProps('script')}
      />
      <ScriptOptions form={form} />
    </>
  );
}

/** What runs, and until when. */
export function WhatPart({ form }: { readonly form: RunForm }) {
  const { t } = useTranslation();
  return (
    <Card className={classes['part']}>
      <Title order={2}>{t('run.what')}</Title>
      <SegmentedControl
        aria-label={t('run.what')}
        value={form.values.kind}
        onChange={(value) => { form.setFieldValue('kind', value === 'job' ? 'job' : 'script'); }}
        data={[{ value: 'script', label: t('run.script') }, { value: 'job', label: t('run.job') }]}
      />
      {form.values.kind === 'job' ? <JobFields form={form} /> : <ScriptFields form={form} />}
      <TextInput w={260} maw="100%" label={t('run.expires')} description={t('run.expiresHint')} spellCheck={false} {...form.getInputProps('expiresIn')} />
    </Card>
  );
}
