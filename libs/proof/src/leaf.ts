import { leafHash } from './merkle.ts';

/** What the record holds of an event, its body by its digest: a body that was erased leaves the leaf as it was. */
export interface RecordedEvent {
  /** Its place in the record, from 1; its leaf is the one before that, counted from 0. */
  readonly sequence: number;
  /** Unix ms, the broker's clock. */
  readonly recordedAt: number;
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Hex SHA-256 of the body. */
  readonly bodyDigest: string;
}

const byName = ([one]: readonly [string, string], [other]: readonly [string, string]): number => (one < other ? -1 : 1);

/**
 * The bytes that are an event's leaf in the tree, as UTF-8: JSON without spaces of an array of the format's name, sequence, recorded time (Unix ms),
 * subject, body digest, and all headers as [name, value], sorted by the code units of their names.
 */
export function leafText({ sequence, recordedAt, subject, headers, bodyDigest }: RecordedEvent): string {
  return JSON.stringify(['kanade.leaf.v1', sequence, recordedAt, subject, bodyDigest, Object.entries(headers).sort(byName)]);
}

/** An event's leaf hash. */
export function eventLeaf(event: RecordedEvent): Buffer {
  return leafHash(leafText(event));
}
