import { IconCopy, IconFlask, IconHandStop, IconHourglass, IconLogout, IconNewSection, IconShieldExclamation, IconShieldX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { EndpointStanding, EndpointView } from '../api/types.ts';
import { useNow } from './now.ts';
import { Badge } from './state-badge.tsx';
import type { Tone } from './state-badge.tsx';

const dayMs = 86_400_000;

const standingLooks: Readonly<Record<Exclude<EndpointStanding, 'active'>, { readonly tone: Tone; readonly icon: typeof IconFlask }>> = {
  pending: { tone: 'warn', icon: IconHourglass },
  revoked: { tone: 'bad', icon: IconShieldX },
  retired: { tone: 'mute', icon: IconLogout },
};

type Marked = Pick<EndpointView, 'simulated' | 'quarantined' | 'conflicted' | 'held' | 'standing' | 'nameSince'>;

/** What must not be overlooked about an endpoint: where it stands, that its name is new, that it is quarantined or simulated. */
export function EndpointMarks({ endpoint }: { readonly endpoint: Marked }) {
  const { t } = useTranslation();
  const now = useNow();
  const { standing } = endpoint;
  return (
    <>
      {standing !== 'active' && (
        <Badge {...standingLooks[standing]} hint={t(`endpointStandingHint.${standing}`)}>
          {t(`endpointStanding.${standing}`)}
        </Badge>
      )}
      {now - Date.parse(endpoint.nameSince) < dayMs && (
        <Badge tone="warn" icon={IconNewSection} hint={t('newNameHint')}>
          {t('newName')}
        </Badge>
      )}
      {endpoint.quarantined && (
        <Badge tone="bad" icon={IconShieldExclamation} hint={t('quarantinedHint')}>
          {t('quarantined')}
        </Badge>
      )}
      {endpoint.conflicted && (
        <Badge tone="bad" icon={IconCopy} hint={t('conflictedHint')}>
          {t('conflicted')}
        </Badge>
      )}
      {endpoint.held && (
        <Badge tone="warn" icon={IconHandStop} hint={t('heldHint')}>
          {t('held')}
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

/** What operators call the endpoint, with what it calls itself behind it. */
export function EndpointName({ endpoint }: { readonly endpoint: Pick<EndpointView, 'name' | 'alias'> }) {
  if (endpoint.alias === null) return endpoint.name;
  return (
    <>
      {endpoint.alias} <span className="k-muted">{endpoint.name}</span>
    </>
  );
}
