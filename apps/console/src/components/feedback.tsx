import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../api/problem.ts';
import classes from './feedback.module.css';

interface EmptyProps {
  readonly icon?: ReactNode;
  readonly title: string;
  readonly detail?: string | undefined;
  readonly children?: ReactNode;
}

/** Nothing to show, why, and what to do about it. */
export function EmptyState({ icon, title, detail, children }: EmptyProps) {
  return (
    <div className={classes['box']}>
      {icon}
      <h2>{title}</h2>
      {detail !== undefined && <p>{detail}</p>}
      {children}
    </div>
  );
}

interface FailureProps {
  readonly error: unknown;
  /** `action` for something that was asked for, `load` for something to be shown. */
  readonly of?: 'load' | 'action';
  readonly onRetry?: (() => void) | undefined;
}

/** What failed, in the server's words where it gave any, with the request's id for whoever reads the log. */
export function FailureNotice({ error, of = 'load', onRetry }: FailureProps) {
  const { t } = useTranslation();
  const { code, detail, requestId, errors } = failureOf(error);
  return (
    <div className={classes['alert']} role="alert">
      <IconAlertTriangle size={18} aria-hidden="true" />
      <div className={classes['body']}>
        <strong>{of === 'load' ? t('error.title') : t('error.actionTitle')}</strong>
        <p>{t(`problem.${code}`)}</p>
        {detail !== undefined && <p className="k-muted">{detail}</p>}
        {errors.length > 0 && (
          <ul>
            {errors.map(({ path, message }) => (
              <li key={`${path} ${message}`}>
                <span className="k-mono">{path}</span> {message}
              </li>
            ))}
          </ul>
        )}
        {requestId !== undefined && <p className="k-muted k-mono">{t('error.requestId', { id: requestId })}</p>}
      </div>
      {onRetry && (
        <Button variant="default" size="xs" onClick={onRetry}>
          {t('action.retry')}
        </Button>
      )}
    </div>
  );
}

/** Something the reader should know before going on. */
export function Notice({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className={`${classes['alert'] ?? ''} ${classes['warn'] ?? ''}`} role="status">
      <IconAlertTriangle size={18} aria-hidden="true" />
      <div className={classes['body']}>
        <strong>{title}</strong>
        {children !== undefined && <p>{children}</p>}
      </div>
    </div>
  );
}
