import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ownAccountQuery } from '../api/accounts.ts';
import { FailureNotice } from '../components/feedback.tsx';
import { GrantsText } from '../components/grants-text.tsx';
import { Card, Facts, PageHead } from '../components/page.tsx';
import { PagePending } from '../components/page-states.tsx';
import { PasswordSection } from './account/password-section.tsx';
import { SecondFactorSection } from './account/second-factor-section.tsx';
import { SessionsSection } from './account/sessions-section.tsx';
import { TokensSection } from './account/tokens-section.tsx';

export function AccountPage() {
  const { t } = useTranslation();
  const { data: account, error, refetch } = useQuery(ownAccountQuery);
  return (
    <>
      <PageHead title={t('account.title')} />
      {error && <FailureNotice error={error} onRetry={() => void refetch()} />}
      {account === undefined && !error && <PagePending />}
      {account !== undefined && (
        <>
          <Card>
            <Facts strip facts={[{ term: t('users.name'), value: account.username }, { term: t('account.roles'), value: <GrantsText grants={account.grants} /> }, ...(account.provider === null ? [] : [{ term: t('users.provider'), value: account.provider }])]} />
          </Card>
          <SessionsSection />
          <TokensSection />
          {account.provider === null && <SecondFactorSection account={account} />}
          {account.provider === null && <PasswordSection />}
        </>
      )}
    </>
  );
}
