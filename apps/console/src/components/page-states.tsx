import { Button, Center, Loader } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ErrorComponentProps } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { paths } from '../paths.ts';
import { FailureNotice } from './feedback.tsx';
import { PageHead } from './page.tsx';

export function PagePending() {
  const { t } = useTranslation();
  return (
    <Center mih="40vh">
      <Loader size="sm" aria-label={t('table.loading')} />
    </Center>
  );
}

export function PageMissing() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t('app.notFound')} lead={t('app.notFoundDetail')} />
      <Link to={paths.overview}>{t('app.toOverview')}</Link>
    </>
  );
}

/** There is such a page, and it is not for whoever is signed in. */
export function PageBarred() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t('app.notForYou')} lead={t('app.notForYouDetail')} />
      <Link to={paths.overview}>{t('app.toOverview')}</Link>
    </>
  );
}

/** The page itself failed: a bug of ours, a part that could not be loaded, or no backend at the very start. */
export function PageCrashed({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <Center mih="40vh" p="md">
      <div>
        <FailureNotice error={error} onRetry={reset} />
        <Center mt="md">
          <Button
            variant="default"
            onClick={() => {
              location.reload();
            }}
          >
            {t('error.reload')}
          </Button>
        </Center>
      </div>
    </Center>
  );
}
