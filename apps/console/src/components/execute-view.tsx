import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Execute } from '../api/types.ts';
import { CodeBlock } from './code-block.tsx';
import { Facts } from './page.tsx';

/** What is or was executed: the script and everything it is given. */
export function ExecuteView({ execute }: { readonly execute: Execute }) {
  const { t } = useTranslation();
  const env = Object.entries(execute.env);
  return (
    <Stack gap="sm">
      <Facts
        strip
        facts={[
          { term: t('execute.shell'), value: execute.shell },
          { term: t('execute.timeout'), value: execute.timeout },
          { term: t('execute.runAs'), value: t(execute.runAs === 'system' ? 'execute.runAsSystem' : 'execute.runAsUser') },
          { term: t('execute.cwd'), value: execute.cwd === undefined ? t('execute.cwdDefault') : <span className="k-mono">{execute.cwd}</span> },
          { term: t('execute.arguments'), value: execute.arguments.length === 0 ? t('execute.none') : <span className="k-mono">{execute.arguments.map((each) => JSON.stringify(each)).join(' ')}</span> },
          { term: t('execute.env'), value: env.length === 0 ? t('execute.none') : <span className="k-mono">{env.map(([name, value]) => `${name}=${value}`).join('  ')}</span> },
        ]}
      />
      <CodeBlock label={t('jobs.script')} code={execute.script} />
    </Stack>
  );
}
