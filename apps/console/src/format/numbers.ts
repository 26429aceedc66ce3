const binaryUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** A whole or fractional number with the language's grouping and decimal signs. */
export function formatNumber(value: number, language: string, maximumFractionDigits = 0): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits }).format(value);
}

/** A share of 0 to 1 as a percentage. */
export function formatPercent(share: number, language: string): string {
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: share < 0.1 && share > 0 ? 1 : 0 }).format(share);
}

/** Bytes in binary units: what operating systems report memory and disks in. The unit's sign is the same in every language. */
export function formatBytes(bytes: number, language: string): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), binaryUnits.length - 1);
  const value = bytes / 1024 ** power;
  return `${formatNumber(value, language, power === 0 || value >= 100 ? 0 : 1)} ${binaryUnits[power] ?? 'B'}`;
}
