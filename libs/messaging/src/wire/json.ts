import { MessagingError } from '../errors.ts';

export type JsonRecord = Readonly<Record<string, unknown>>;

/** True for a JSON object. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The JSON object in `bytes`; throws `invalid` for anything else. */
export function parseRecord(bytes: Uint8Array | string, what: string): JsonRecord {
  let value: unknown;
  try {
    value = JSON.parse(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString());
  } catch (cause) {
    throw new MessagingError('invalid', `${what} is not JSON`, { cause });
  }
  if (!isRecord(value)) throw new MessagingError('invalid', `${what} is not a JSON object`);
  return value;
}

/** A nested object, empty when absent. */
export function recordAt(record: JsonRecord, key: string): JsonRecord {
  const value = record[key];
  return isRecord(value) ? value : {};
}

/** A list, empty when absent. */
export function listAt(record: JsonRecord, key: string): readonly unknown[] {
  const value = record[key];
  return Array.isArray(value) ? value : [];
}

/** A text, or the empty one. */
export function textAt(record: JsonRecord, key: string): string {
  const value = record[key];
  return typeof value === 'string' ? value : '';
}

/** A number, or 0. */
export function numberAt(record: JsonRecord, key: string): number {
  const value = record[key];
  return typeof value === 'number' ? value : 0;
}
