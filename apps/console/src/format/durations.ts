type Unit = 'day' | 'hour' | 'minute' | 'second' | 'millisecond';

const sizes = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

function quantity(value: number, unit: Unit, language: string, digits = 0): string {
  // Japanese writes its narrow units in Latin letters; its short ones are as short and are Japanese.
  const unitDisplay = language === 'ja' ? 'short' : 'narrow';
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay, maximumFractionDigits: digits }).format(value);
}

/** A length of time in at most two units: `340ms`, `12.3s`, `4m 12s`, `2h 5m`. */
export function formatDuration(milliseconds: number, language: string): string {
  if (milliseconds < 1000) return quantity(Math.round(milliseconds), 'millisecond', language);
  if (milliseconds < 60_000) return quantity(Math.floor(milliseconds / 100) / 10, 'second', language, 1);
  const at = sizes.findIndex(([, size]) => milliseconds >= size);
  return sizes
    .slice(at, at + 2)
    .map(([unit, size], index) => [unit, Math.floor(index === 0 ? milliseconds / size : (milliseconds % (sizes[at]?.[1] ?? size)) / size)] as const)
    .filter(([, value]) => value > 0)
    .map(([unit, value]) => quantity(value, unit, language))
    .join(' ');
}
