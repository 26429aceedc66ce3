import { IconDevices2 } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from './feedback.tsx';
import { usePermittedSites } from './permitted.tsx';

/** There is no endpoint: none at all, or none on the sites that somebody is limited to. */
export function NoEndpoints() {
  const { t } = useTranslation();
  const sites = usePermittedSites('fleet:read');
  const icon = <IconDevices2 size={32} stroke={1.3} />;
  if (sites === 'all' || sites === undefined) return <EmptyState icon={icon} title={t('endpoints.none')} detail={t('endpoints.noneDetail')} />;
  return <EmptyState icon={icon} title={t('endpoints.noneOnSites', { count: sites.length })} detail={t('endpoints.noneOnSitesDetail', { sites: sites.join(', ') })} />;
}
