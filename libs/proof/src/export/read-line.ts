import { checkpointSchema, signedKeysetSchema } from '@kanade/contracts';
import { exportFormat } from './format.ts';
import type { ExportFilter, ExportLine } from './format.ts';

type Fields = Readonly<Record<string, unknown>>;

// By hand, for there may be a million lines: a schema library takes longer to look at one than SHA-256 does.
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isPosition = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isHeaders = (value: unknown): value is Record<string, string> => isFields(value) && Object.values(value).every(isText);
const textOrNothing = (value: unknown): value is string | undefined => value === undefined || isText(value);
const digest = /^[0-9a-f]{64}$/;

function filterOf(value: unknown): ExportFilter | undefined {
  if (!isFields(value)) return undefined;
  const { endpointId, executionId, type, principal, ...more } = value;
  if (Object.keys(more).length > 0 || !textOrNothing(endpointId) || !textOrNothing(executionId) || !textOrNothing(type) || !textOrNothing(principal)) return undefined;
  return { endpointId, executionId, type, principal };
}

function headLine(fields: Fields): ExportLine | undefined {
  const { format, exportedAt, checkpoint, keyset, start, until } = fields;
  const filter = filterOf(fields['filter']);
  const known = checkpointSchema.safeParse(checkpoint);
  const keys = signedKeysetSchema.safeParse(keyset);
  if (format !== exportFormat || !isText(exportedAt) || filter === undefined || !known.success || !keys.success || !isPosition(start) || !isPosition(until)) return undefined;
  return { kind: 'head', format, exportedAt, checkpoint: known.data, keyset: keys.data, filter, start, until };
}

function leavesLine({ from, hashes, path }: Fields): ExportLine | undefined {
  return isPosition(from) && isText(hashes) && isTexts(path) ? { kind: 'leaves', from, hashes, path } : undefined;
}

function eventLine(kind: 'event' | 'key', { position, recordedAt, subject, headers, body, base64, erasedDigest, path }: Fields): ExportLine | undefined {
  if (!isPosition(position) || !isText(recordedAt) || Number.isNaN(Date.parse(recordedAt)) || !isText(subject) || !isHeaders(headers)) return undefined;
  if (!textOrNothing(body) || !textOrNothing(base64) || !textOrNothing(erasedDigest) || !(path === undefined || isTexts(path))) return undefined;
  if ([body, base64, erasedDigest].filter((each) => each !== undefined).length !== 1 || (erasedDigest !== undefined && !digest.test(erasedDigest))) return undefined;
  return { kind, position, recordedAt, subject, headers, body, base64, erasedDigest, path };
}

function blockLine({ after, positions, signature }: Fields): ExportLine | undefined {
  if (!isPosition(after) || !isText(signature) || !Array.isArray(positions)) return undefined;
  const numbers = positions.filter(isPosition);
  return numbers.length === positions.length ? { kind: 'block', after, positions: numbers, signature } : undefined;
}

/** A line of an export; undefined for one that is none. */
export function readExportLine(text: string): ExportLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isFields(value)) return undefined;
  const { kind, after, signature } = value;
  switch (kind) {
    case 'head':
      return headLine(value);
    case 'leaves':
      return leavesLine(value);
    case 'event':
    case 'key':
      return eventLine(kind, value);
    case 'block':
      return blockLine(value);
    case 'end':
      return isPosition(after) && isText(signature) ? { kind, after, signature } : undefined;
    default:
      return undefined;
  }
}
