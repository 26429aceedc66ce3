import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Logo } from './logo.tsx';
import { LanguageMenu, SchemeMenu } from './preferences.tsx';
import classes from './public-page.module.css';

/** The frame of pages for people who are not signed in. */
export function PublicPage({ title, heading, hint, children }: { readonly title: string; readonly heading: string; readonly hint?: string; readonly children: ReactNode }) {
  const { t } = useTranslation();
  useDocumentTitle(`${title} · ${t('app.name')}`);
  return (
    <main className={classes['page']}>
      <div className={classes['tools']}>
        <LanguageMenu />
        <SchemeMenu />
      </div>
      <div className={classes['box']}>
        <div className={classes['head']}>
          <Logo size={32} />
          <h1>{heading}</h1>
        </div>
        {children}
        {hint !== undefined && <p className={classes['hint']}>{hint}</p>}
      </div>
    </main>
  );
}

/** A form on such a page. */
export function PublicForm({ label, onSubmit, children }: { readonly label: string; readonly onSubmit: React.SubmitEventHandler<HTMLFormElement>; readonly children: ReactNode }) {
  return (
    <form className={classes['form']} aria-label={label} onSubmit={onSubmit}>
      {children}
    </form>
  );
}
