import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { shownText } from './bounded-text.ts';
import classes from './code-block.module.css';
import { jsonTokens, shownJson } from './json-tokens.ts';

/** Puts a text on the clipboard, and says so. */
export function CopyAction({ text, label }: { readonly text: string; readonly label?: string }) {
  const { t } = useTranslation();
  return (
    <CopyButton value={text} timeout={1500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? t('action.copied') : (label ?? t('action.copy'))}>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label ?? t('action.copy')} onClick={copy}>
            {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

interface CodeBlockProps {
  readonly label: string;
  readonly code: string;
  readonly language?: 'json' | 'text';
  readonly wrap?: boolean;
}

/**
 * Text whose every character matters; scrolls by itself, reachable by keyboard. Of a long one the beginning is shown, and says so; what is
 * copied is always all of it, as it came.
 */
export function CodeBlock({ label, code, language = 'text', wrap = false }: CodeBlockProps) {
  const { t } = useTranslation();
  const { text: shown, isWhole } = useMemo(() => (language === 'text' ? shownText(code) : shownJson(code)), [code, language]);
  const content: ReactNode =
    language === 'text'
      ? shown
      : jsonTokens(shown).map(({ text, kind }, index) =>
          kind === 'other' ? text : (
            <span key={index} className={classes[kind]}>
              {text}
            </span>
          ),
        );
  return (
    <div className={classes['block']}>
      <pre className={`${classes['code'] ?? ''} ${wrap ? (classes['wrap'] ?? '') : ''}`} role="region" aria-label={label} tabIndex={0}>
        {content}
      </pre>
      {!isWhole && <p className={classes['cut']} role="note">{t('action.notWhole')}</p>}
      <div className={classes['copy']}>
        <CopyAction text={code} />
      </div>
    </div>
  );
}
