import { Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import { useNow, useSecond } from './now.ts';

/** A time as `3 minutes ago`, with the exact one at hand. */
export function RelativeTime({ time }: { readonly time: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow();
  if (time === null) return <span className="k-muted">{t('time.never')}</span>;
  // Clocks differ a little; nothing that has happened shall seem to lie ahead.
  const shown = format.relative(time, Math.max(now, Math.min(Date.parse(time), now + 30_000)));
  return (
    <Tooltip label={format.exact(time)}>
      <time dateTime={time} className="k-nowrap k-numeric">
        {shown}
      </time>
    </Tooltip>
  );
}

/** Date and time to the second, with milliseconds and zone at hand. */
export function AbsoluteTime({ time }: { readonly time: string | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (time === null) return <span className="k-muted">{t('time.unknown')}</span>;
  return (
    <Tooltip label={format.exact(time)}>
      <time dateTime={time} className="k-nowrap k-numeric">
        {format.dateTime(time)}
      </time>
    </Tooltip>
  );
}

/** How long something took, or has taken so far when it has not ended. */
export function Elapsed({ from, to }: { readonly from: string; readonly to: string | null }) {
  const format = useFormat();
  return <span className="k-nowrap k-numeric">{to === null ? <Ticking from={from} /> : format.duration(Math.max(0, Date.parse(to) - Date.parse(from)))}</span>;
}

function Ticking({ from }: { readonly from: string }) {
  const format = useFormat();
  const seconds = Math.ceil((useSecond() - Date.parse(from)) / 1000);
  return format.duration(Math.max(1, seconds) * 1000);
}
