import { hostname } from 'node:os';
import { formatPosition } from '@kanade/contracts';
import type { AuditEntry, Checkpoint } from '@kanade/contracts';

/** Facility 13, the audit's; severity 6 (informational) for what was done, 4 (warning) for what was refused. */
const priorities = { done: 13 * 8 + 6, refused: 13 * 8 + 4 } as const;
/** The number that RFC 5612 sets aside for those who have none of their own. */
const structuredDataId = 'kanade@32473';

/** Printable ASCII without blanks, as RFC 5424 wants it in a header. */
const headerField = (text: string, longest: number): string => text.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, longest) || '-';

/** Plain ASCII, so that no receiver can mistake the encoding. */
const ascii = (json: string): string => json.replaceAll(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

const parameter = (name: string, value: string): string => `${name}="${value.replaceAll(/[^\x20-\x7e]/g, '_').replaceAll(/["\\\]]/g, '\\$&')}"`;

/** One entry as RFC 5424 has it: the position stands in the structured data, the whole entry as JSON in the message. */
export function syslogMessage(entry: AuditEntry): string {
  const { outcome, time, type, position, principal, remoteAddress } = entry;
  const data = [['position', position], ['outcome', outcome], ['principal', principal], ['address', remoteAddress ?? '']] as const;
  const structured = `[${structuredDataId} ${data.map(([name, value]) => parameter(name, value)).join(' ')}]`;
  const messageId = headerField(type.replace(/^kanade\./, ''), 32);
  return `<${priorities[outcome]}>1 ${time} ${headerField(hostname(), 255)} kanade ${process.pid} ${messageId} ${structured} ${ascii(JSON.stringify(entry))}`;
}

/** A checkpoint, likewise. */
export function syslogCheckpoint(checkpoint: Checkpoint): string {
  const structured = `[${structuredDataId} ${parameter('checkpoint', formatPosition({ ...checkpoint, sequence: checkpoint.size }))}]`;
  return `<${priorities.done}>1 ${checkpoint.time} ${headerField(hostname(), 255)} kanade ${process.pid} checkpoint ${structured} ${ascii(JSON.stringify(checkpoint))}`;
}

/** A message in a stream, its length before it (RFC 6587, octet counting). */
export function framed(message: string): string {
  return `${Buffer.byteLength(message)} ${message}`;
}
