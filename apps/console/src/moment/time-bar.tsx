import { Button, Group, Slider, TextInput } from '@mantine/core';
import { IconArrowForwardUp, IconHistory } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { eventsQuery } from '../api/events.ts';
import { useMay } from '../components/permitted.tsx';
import { useFormat } from '../format/use-format.ts';
import { useMoment } from './moment-context.tsx';
import type { Moment } from './moment-context.tsx';
import { fromInput, toInput } from './input-time.ts';
import classes from './time-bar.module.css';

const dayMs = 86_400_000;
const steps = [
  { key: 'day', ms: dayMs },
  { key: 'hour', ms: 3_600_000 },
  { key: 'minute', ms: 60_000 },
] as const;

/** Goes to the page that is open as of another moment; undefined: as of now. */
export function useGoTo(): (time: number | undefined) => void {
  const navigate = useNavigate();
  return (time) => {
    const at = time === undefined ? undefined : new Date(Math.min(time, Date.now())).toISOString();
    void navigate({ to: '.', search: (before) => ({ ...before, at, cursor: undefined }) });
  };
}

/** When the history begins, as far as whoever looks may know: a month ago where they may not read it. */
function useBeginning(until: number): number {
  const mayRead = useMay()('history:read');
  const { data } = useQuery({ ...eventsQuery({ order: 'asc', limit: 1 }), enabled: mayRead });
  const first = data?.items[0]?.recordedAt;
  return first === undefined ? until - 30 * dayMs : Math.min(Date.parse(first), until - 60_000);
}

/** The whole history from left to right; what is dragged to is gone to when it is let go. */
function Track({ time, now }: { readonly time: number; readonly now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const goTo = useGoTo();
  const beginning = useBeginning(now);
  const [dragged, setDragged] = useState<number>();
  return (
    <Slider
      className={classes['track'] ?? ''}
      size="sm"
      min={beginning}
      max={now}
      step={1000}
      value={dragged ?? time}
      thumbLabel={t('moment.track')}
      label={(value) => format.dateTime(new Date(value).toISOString())}
      onChange={setDragged}
      onChangeEnd={goTo}
    />
  );
}

function Controls({ time }: { readonly time: number }) {
  const { t } = useTranslation();
  const goTo = useGoTo();
  const [now] = useState(() => Date.now());
  return (
    <div className={classes['controls']}>
      <Group gap={4} wrap="nowrap">
        {steps.map(({ key, ms }) => (
          <Button key={key} size="compact-xs" variant="default" title={t(`moment.back.${key}`)} onClick={() => { goTo(time - ms); }}>{t(`moment.minus.${key}`)}</Button>
        ))}
      </Group>
      <TextInput
        key={time}
        size="xs"
        type="datetime-local"
        step={1}
        aria-label={t('moment.time')}
        defaultValue={toInput(time)}
        max={toInput(now)}
        onBlur={({ currentTarget: { value } }) => { if (value !== toInput(time)) goTo(fromInput(value) ?? time); }}
        onKeyDown={(event) => { if (event.key === 'Enter') event.currentTarget.blur(); }}
      />
      <Group gap={4} wrap="nowrap">
        {steps.toReversed().map(({ key, ms }) => (
          <Button key={key} size="compact-xs" variant="default" disabled={time + ms > now} title={t(`moment.forth.${key}`)} onClick={() => { goTo(time + ms); }}>{t(`moment.plus.${key}`)}</Button>
        ))}
      </Group>
      <Track time={time} now={now} />
    </div>
  );
}

function Bar({ at, time }: Moment) {
  const { t } = useTranslation();
  const format = useFormat();
  const goTo = useGoTo();
  return (
    <section className={classes['bar']} aria-label={t('moment.label')}>
      <IconHistory size={18} aria-hidden="true" />
      <span role="status" className={classes['words']}>
        <strong>{time === undefined ? t('moment.position', { at }) : t('moment.asOf', { time: format.dateTime(new Date(time).toISOString()) })}</strong> {t('moment.readOnly')}
      </span>
      <Button size="compact-sm" leftSection={<IconArrowForwardUp size={15} />} onClick={() => { goTo(undefined); }}>{t('moment.toNow')}</Button>
      {time !== undefined && <Controls time={time} />}
    </section>
  );
}

/** Says unmistakably that what is shown is of the past, and moves through it; nothing in the present. */
export function TimeBar() {
  const moment = useMoment();
  return moment === undefined ? null : <Bar {...moment} />;
}
