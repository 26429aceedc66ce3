import { Button, Group, SegmentedControl, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconChevronLeft, IconChevronRight, IconClock, IconDownload, IconShieldCheck, IconShieldX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../components/button-link.tsx';
import { eventQuery } from '../api/events.ts';
import type { EventDetail } from '../api/types.ts';
import { shownText } from '../components/bounded-text.ts';
import { CodeBlock } from '../components/code-block.tsx';
import { FailureNotice, Notice } from '../components/feedback.tsx';
import { Card, Facts, PageHead, Section } from '../components/page.tsx';
import { Badge } from '../components/state-badge.tsx';
import { useFormat } from '../format/use-format.ts';
import { saveAs } from '../output/download.ts';
import { paths } from '../paths.ts';

const route = getRouteApi('/signed-in/dated/events/$position');

const signatureLooks = {
  valid: { tone: 'ok', icon: IconShieldCheck },
  invalid: { tone: 'bad', icon: IconShieldX },
  pending: { tone: 'mute', icon: IconClock },
} as const;

/** The position `by` further on in the same history; undefined before its first. */
function neighbour(position: string, by: number): string | undefined {
  const [incarnation, sequence] = position.split(':');
  const next = Number(sequence) + by;
  return incarnation === undefined || !Number.isSafeInteger(next) || next < 1 ? undefined : `${incarnation}:${next}`;
}

function Neighbours({ position }: { readonly position: string }) {
  const { t } = useTranslation();
  const older = neighbour(position, -1);
  const newer = neighbour(position, 1);
  return (
    <Group gap="xs">
      {older !== undefined && <ButtonLink to={paths.event} params={{ position: older }} variant="default" leftSection={<IconChevronLeft size={14} />}>{t('events.older')}</ButtonLink>}
      {newer !== undefined && <ButtonLink to={paths.event} params={{ position: newer }} variant="default" rightSection={<IconChevronRight size={14} />}>{t('events.newer')}</ButtonLink>}
    </Group>
  );
}

function Attributes({ event }: { readonly event: EventDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { endpointId, executionId } = event;
  return (
    <Card>
      <Facts
        facts={[
          { term: t('events.position'), value: <span className="k-mono">{event.position}</span> },
          { term: t('events.eventId'), value: <span className="k-mono">{event.id}</span> },
          { term: t('events.subject'), value: <span className="k-mono">{event.subject}</span> },
          { term: t('events.recordedAt'), value: format.exact(event.recordedAt) },
          { term: t('events.time'), value: format.exact(event.time) },
          { term: t('events.principal'), value: event.principal ?? t('time.unknown') },
          ...(endpointId === null ? [] : [{ term: t('execution.endpoint'), value: <Link to={paths.endpoint} params={{ endpointId }} className="k-mono">{endpointId}</Link> }]),
          ...(executionId === null ? [] : [{ term: t('execution.title'), value: <Link to={paths.execution} params={{ executionId }} className="k-mono">{executionId}</Link> }]),
        ]}
      />
    </Card>
  );
}

const shownHeaders = 50;
const shownOfHeader = 2000;

/** Whoever wrote the event wrote these too, as many and as long as they liked. */
export function EventHeaders({ event }: { readonly event: EventDetail }) {
  const { t } = useTranslation();
  const all = Object.entries(event.headers);
  const shown = all.slice(0, shownHeaders).map(([name, value]) => ({ name: shownText(name, shownOfHeader), value: shownText(value, shownOfHeader) }));
  const isWhole = shown.length === all.length && shown.every(({ name, value }) => name.isWhole && value.isWhole);
  return (
    <Section title={t('events.headers')}>
      <Card>
        <Facts
          facts={shown.map(({ name, value }, index) => ({
            term: name.isWhole ? name.text || t('events.unreadableHeaders') : `${name.text}… (${index + 1})`,
            value: <span className="k-mono">{value.text}</span>,
          }))}
        />
        {!isWhole && (
          <Group gap="xs" mt="xs">
            <Button size="xs" variant="default" leftSection={<IconDownload size={14} />} onClick={() => { saveAs(`${event.id}.headers.json`, [JSON.stringify(event.headers)], 'application/json'); }}>
              {t('action.download')}
            </Button>
            <span className="k-muted" role="note">{t('events.headersCut')}</span>
          </Group>
        )}
      </Card>
    </Section>
  );
}

function Body({ event }: { readonly event: EventDetail }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [shown, setShown] = useState('formatted');
  const size = new TextEncoder().encode(event.body).byteLength;
  return (
    <Section title={t('events.bodyBytes', { size: format.bytes(size) })}>
      <Group mb="xs" gap="xs">
        <SegmentedControl
          size="xs"
          aria-label={t('events.body')}
          value={shown}
          onChange={setShown}
          data={[{ value: 'formatted', label: t('events.formatted') }, { value: 'exact', label: t('events.exact') }]}
        />
        <Button size="xs" variant="default" leftSection={<IconDownload size={14} />} onClick={() => { saveAs(`${event.id}.json`, [event.body], 'application/cloudevents+json'); }}>
          {t('action.download')}
        </Button>
        {shown === 'exact' && <span className="k-muted">{t('events.exactHint')}</span>}
      </Group>
      {shown === 'exact' ? <CodeBlock label={t('events.body')} code={event.body} wrap /> : <CodeBlock label={t('events.body')} code={event.body} language="json" />}
    </Section>
  );
}

export function EventPage() {
  const { t } = useTranslation();
  const { position } = route.useParams();
  const { data, error, refetch } = useQuery(eventQuery(position));
  const back = <Link to={paths.events}>{t('events.title')}</Link>;
  if (!data) {
    return (
      <>
        <PageHead title={position} mono back={back}><Neighbours position={position} /></PageHead>
        {error ? <FailureNotice error={error} onRetry={() => void refetch()} /> : <Skeleton height={320} />}
      </>
    );
  }
  return (
    <>
      <PageHead
        title={data.type}
        back={back}
        marks={
          <>
            <Badge {...signatureLooks[data.signature]}>{t(`signature.${data.signature}`)}</Badge>
            {data.status === 'poison' && <Badge tone="bad" icon={IconAlertTriangle}>{t('eventStatus.poison')}</Badge>}
          </>
        }
      >
        <Neighbours position={position} />
      </PageHead>
      {data.poisonReason !== null && <Notice title={t('events.poisonTitle')}>{data.poisonReason}</Notice>}
      <Attributes event={data} />
      {data.erased && <Notice title={t('events.erasedTitle')}>{t('events.erasedDetail')}</Notice>}
      {data.body.includes('"privatedigest"') && <p className="k-muted">{t('events.privateDetail')}</p>}
      <EventHeaders event={data} />
      <Body event={data} />
    </>
  );
}
