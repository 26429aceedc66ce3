const relativeUnits = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** Date and time to the second in the viewer's time zone. */
export function formatDateTime(time: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(time));
}

/** Date, time to the millisecond and the zone's name, for where exactness matters. */
export function formatExact(time: string, language: string): string {
  return new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    timeZoneName: 'short',
  }).format(new Date(time));
}

/** Hours and minutes, for axes. */
export function formatClock(time: number, language: string): string {
  return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' }).format(time);
}

/** `3 minutes ago`, `in 2 hours`; within ten seconds it says `now`, because second hands only make a page restless. */
export function formatRelative(time: string, now: number, language: string): string {
  const difference = new Date(time).getTime() - now;
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  if (Math.abs(difference) < 10_000) return format.format(0, 'second');
  const [unit, size] = relativeUnits.find(([, each]) => Math.abs(difference) >= each) ?? ['second', 1000];
  return format.format(Math.trunc(difference / size), unit);
}
