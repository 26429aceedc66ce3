import { Anchor, Button, Divider } from '@mantine/core';
import { IconLogin2 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { SignInOptions } from '@kanade/api-client';
import { paths } from '../../paths.ts';
import classes from '../../components/public-page.module.css';

/** The way over the identity provider: an address the browser itself goes to, and comes back from signed in. */
export function ProviderSignIn({ provider: { name, signOutUrl }, from }: { readonly provider: NonNullable<SignInOptions['provider']>; readonly from: string | undefined }) {
  const { t } = useTranslation();
  const query = new URLSearchParams({ from: from ?? paths.overview });
  return (
    <div className={classes['other']}>
      <Button component="a" href={`/api/v1/oidc/sign-in?${query.toString()}`} size="md" fullWidth leftSection={<IconLogin2 size={17} />}>
        {t('signIn.withProvider', { name })}
      </Button>
      {signOutUrl !== null && (
        <Anchor href={signOutUrl} size="xs">
          {t('signIn.endProvider', { name })}
        </Anchor>
      )}
      <Divider label={t('signIn.withPassword')} labelPosition="center" />
    </div>
  );
}
