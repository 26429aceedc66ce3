import type { AuditEntry } from '@kanade/contracts';

const columns: readonly (readonly [string, (entry: AuditEntry) => string | number | null])[] = [
  ['position', (entry) => entry.position],
  ['recordedAt', (entry) => entry.recordedAt],
  ['time', (entry) => entry.time],
  ['principal', (entry) => entry.principal],
  ['name', (entry) => entry.name],
  ['remoteAddress', (entry) => entry.remoteAddress],
  ['interface', (entry) => entry.interface],
  ['type', (entry) => entry.type],
  ['outcome', (entry) => entry.outcome],
  ['targetKind', (entry) => entry.target.kind],
  ['targetId', (entry) => entry.target.id],
  ['targetName', (entry) => entry.target.name],
  ['targetCount', (entry) => entry.targetCount],
  ['scriptDigest', (entry) => entry.scriptDigest],
  ['operation', (entry) => entry.operation],
  ['code', (entry) => entry.code],
  ['count', (entry) => entry.count],
];

/** A cell of RFC 4180; what a spreadsheet would take for a formula gets an apostrophe before it, and stays the text it is. */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const csvLine = (cells: readonly (string | number | null)[]): string => `${cells.map(csvCell).join(',')}\r\n`;

/** How entries are written to a file: what comes before them, and each of them. */
export const auditFormats = {
  ndjson: { mediaType: 'application/x-ndjson', head: '', line: (entry: AuditEntry) => `${JSON.stringify(entry)}\n` },
  csv: { mediaType: 'text/csv', head: csvLine(columns.map(([name]) => name)), line: (entry: AuditEntry) => csvLine(columns.map(([, read]) => read(entry))) },
} as const;
