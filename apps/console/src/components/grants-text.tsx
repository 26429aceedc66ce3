import { useTranslation } from 'react-i18next';
import type { Grant } from '@kanade/api-client';

/** Roles in words, with their sites where they have some. */
export function GrantsText({ grants }: { readonly grants: readonly Grant[] }) {
  const { t } = useTranslation();
  const text = ({ role, sites }: Grant) => (sites === 'all' ? t(`role.${role}`) : `${t(`role.${role}`)} (${typeof sites === 'string' ? sites : sites.join(', ')})`);
  return <>{grants.map(text).join(' · ')}</>;
}
