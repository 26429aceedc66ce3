import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatClock, formatDateTime, formatExact, formatRelative } from './dates.ts';
import { formatDuration } from './durations.ts';
import { formatBytes, formatNumber, formatPercent } from './numbers.ts';

/** Every formatter, bound to the language the console is shown in. */
export function useFormat() {
  const { i18n } = useTranslation();
  const language = i18n.language;
  return useMemo(
    () => ({
      number: (value: number, digits?: number) => formatNumber(value, language, digits),
      percent: (share: number) => formatPercent(share, language),
      bytes: (bytes: number) => formatBytes(bytes, language),
      duration: (milliseconds: number) => formatDuration(milliseconds, language),
      dateTime: (time: string) => formatDateTime(time, language),
      exact: (time: string) => formatExact(time, language),
      clock: (time: number) => formatClock(time, language),
      relative: (time: string, now: number) => formatRelative(time, now, language),
    }),
    [language],
  );
}
