import { IconFlask, IconShieldExclamation } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { EndpointView } from '../api/types.ts';
import { Badge } from './state-badge.tsx';

/** What must not be overlooked about an endpoint: that it is simulated, that it is quarantined. */
export function EndpointMarks({ endpoint }: { readonly endpoint: Pick<EndpointView, 'simulated' | 'quarantined'> }) {
  const { t } = useTranslation();
  return (
    <>
      {endpoint.quarantined && (
        <Badge tone="bad" icon={IconShieldExclamation} hint={t('quarantinedHint')}>
          {t('quarantined')}
        </Badge>
      )}
      {endpoint.simulated && (
        <Badge tone="mute" icon={IconFlask} hint={t('simulatedHint')}>
          {t('simulated')}
        </Badge>
      )}
    </>
  );
}
