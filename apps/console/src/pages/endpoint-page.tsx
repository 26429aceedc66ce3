import { Skeleton, Tabs } from '@mantine/core';
import { IconPlayerPlay, IconTimelineEvent } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../components/button-link.tsx';
import { choiceOf } from '../search-params.ts';
import { endpointQuery } from '../api/endpoints.ts';
import type { EndpointDetail } from '../api/types.ts';
import { CopyAction } from '../components/code-block.tsx';
import { EndpointMarks } from '../components/endpoint-marks.tsx';
import { FailureNotice } from '../components/feedback.tsx';
import { Card, Facts, PageHead } from '../components/page.tsx';
import type { Fact } from '../components/page.tsx';
import { EndpointStatusBadge } from '../components/state-badge.tsx';
import { AbsoluteTime, RelativeTime } from '../components/time-text.tsx';
import { Permitted } from '../components/permitted.tsx';
import { useMoment } from '../moment/moment-context.tsx';
import { paths } from '../paths.ts';
import { Changes } from './endpoint/changes.tsx';
import { EndpointRuns } from './endpoint/endpoint-runs.tsx';
import { Inventory } from './endpoint/inventory.tsx';
import { ManageEndpoint } from './endpoint/manage-endpoint.tsx';
import { Packages } from './endpoint/packages.tsx';
import { Performance } from './endpoint/performance.tsx';

const route = getRouteApi('/signed-in/dated/endpoints/$endpointId');
const parts = ['summary', 'performance', 'packages', 'runs', 'changes'] as const;

/** Why an endpoint's events are not let through, and how long. */
function HeldBecause({ hold }: { readonly hold: NonNullable<EndpointDetail['hold']> }) {
  const { t } = useTranslation();
  return (
    <>
      {t(`endpoints.holdCause.${hold.cause}`)} <span className="k-muted">{hold.detail}</span>{' '}
      {hold.until === null ? t('endpoints.heldUntilReleased') : <>{t('endpoints.heldUntil')} <AbsoluteTime time={hold.until} /></>}
    </>
  );
}

/** Who it is, where that is more than a name: what it calls itself, why it is shut out, where its chain began anew. */
function identityFacts(t: TFunction, endpoint: EndpointDetail): Fact[] {
  const { alias, name, nameSince, standing, standingAt, standingReason, quarantineReason, conflictReason, hold, epochs, incompleteSince } = endpoint;
  return [
    ...(alias === null ? [] : [{ term: t('endpoints.hostname'), value: <>{name} <RelativeTime time={nameSince} /></> }]),
    ...(standing === 'active' ? [] : [{ term: t(`endpointStanding.${standing}`), value: <><AbsoluteTime time={standingAt} /> {standingReason}</> }]),
    ...(quarantineReason === null ? [] : [{ term: t('endpoints.quarantine'), value: quarantineReason }]),
    ...(conflictReason === null ? [] : [{ term: t('conflicted'), value: conflictReason }]),
    ...(hold === null ? [] : [{ term: t('endpoints.held'), value: <HeldBecause hold={hold} /> }]),
    ...(incompleteSince === null ? [] : [{ term: t('incompleteSince'), value: <span className="k-mono">{incompleteSince}</span> }]),
    ...epochs.filter(({ epoch }) => epoch > 1).map(({ epoch, openedAt }) => ({
      term: t('endpoints.epoch', { epoch }),
      value: <span title={t('endpoints.epochHint')}><AbsoluteTime time={openedAt} /></span>,
    })),
  ];
}

function Summary({ endpoint }: { readonly endpoint: EndpointDetail }) {
  const { t } = useTranslation();
  return (
    <Card>
      <Facts
        strip
        facts={[
          ...identityFacts(t, endpoint),
          { term: t('endpoints.os'), value: `${endpoint.os.name} ${endpoint.os.version} (${endpoint.os.architecture})` },
          { term: t('endpoints.agent'), value: endpoint.agentVersion },
          { term: t('endpoints.lastSeen'), value: <RelativeTime time={endpoint.lastSeenAt} /> },
          { term: t('endpoints.site'), value: endpoint.site },
          { term: t('endpoints.shells'), value: endpoint.shells.join(', ') },
          { term: t('endpoints.enrolledAt'), value: <AbsoluteTime time={endpoint.enrolledAt} /> },
          { term: t('endpoints.id'), value: <span className="k-copyable"><span className="k-mono">{endpoint.id}</span><CopyAction text={endpoint.id} /></span> },
        ]}
      />
    </Card>
  );
}

function Parts({ endpoint }: { readonly endpoint: EndpointDetail }) {
  const { t } = useTranslation();
  const { part = 'summary' } = route.useSearch();
  const isPast = useMoment() !== undefined;
  const navigate = route.useNavigate();
  return (
    <Tabs
      mt="md"
      keepMounted={false}
      value={part}
      onChange={(value) => {
        void navigate({ search: { part: choiceOf(value, ['performance', 'packages', 'runs', 'changes']) }, replace: true });
      }}
    >
      <Tabs.List aria-label={t('inventory.tabs')} mb="md">
        {/* Samples are kept for a day and shown up to now: they are of no other moment. */}
        {parts.filter((each) => !isPast || each !== 'performance').map((each) => (
          <Tabs.Tab key={each} value={each}>
            {t(`inventory.${each}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="summary">
        <Inventory inventory={endpoint.inventory} />
      </Tabs.Panel>
      <Tabs.Panel value="performance">
        <Performance endpointId={endpoint.id} />
      </Tabs.Panel>
      <Tabs.Panel value="packages">
        <Packages endpointId={endpoint.id} count={endpoint.inventory.packageCount} />
      </Tabs.Panel>
      <Tabs.Panel value="runs">
        <EndpointRuns endpointId={endpoint.id} />
      </Tabs.Panel>
      <Tabs.Panel value="changes">
        <Changes endpoint={endpoint} />
      </Tabs.Panel>
    </Tabs>
  );
}

export function EndpointPage() {
  const { t } = useTranslation();
  const { endpointId } = route.useParams();
  const { data, error, refetch } = useQuery(endpointQuery(endpointId));
  const back = <Link to={paths.endpoints}>{t('endpoints.title')}</Link>;
  if (!data) {
    return (
      <>
        <PageHead title={endpointId} mono back={back} />
        {error ? <FailureNotice error={error} onRetry={() => void refetch()} /> : <Skeleton height={72} />}
      </>
    );
  }
  return (
    <>
      <PageHead title={data.alias ?? data.name} back={back} marks={<><EndpointStatusBadge status={data.status} /><EndpointMarks endpoint={data} /></>}>
        <ButtonLink to={paths.events} search={{ endpointId }} variant="default" leftSection={<IconTimelineEvent size={15} />}>
          {t('endpoints.events')}
        </ButtonLink>
        <Permitted needs="endpoint:manage" site={data.site}>
          <ManageEndpoint endpoint={data} />
        </Permitted>
        <Permitted needs="run" site={data.site}>
          <ButtonLink to={paths.run} search={{ endpoint: endpointId }} leftSection={<IconPlayerPlay size={15} />}>
            {t('endpoints.run')}
          </ButtonLink>
        </Permitted>
      </PageHead>
      <Summary endpoint={data} />
      <Parts endpoint={data} />
    </>
  );
}
