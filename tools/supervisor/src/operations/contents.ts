import { buckets, objectBuckets, streams } from '@kanade/contracts';

/**
 * The streams of a backup, in the order they are taken. Whoever appends an event has written its output, private part and records before,
 * so all that the events taken first speak of is in what is taken after them: together they are one consistent set, while everything runs.
 * Commands are derived from events, and leases belong to processes: neither is taken.
 */
export const backedUpStreams: readonly string[] = [
  streams.events,
  `KV_${buckets.identity}`,
  `KV_${buckets.desired}`,
  ...Object.values(objectBuckets).map((name) => `OBJ_${name}`),
  streams.output,
  streams.private,
  streams.metrics,
];

/** Files and folders of the data directory that are taken as they are; the rest is made anew, or belongs to endpoints. */
export const backedUpFiles: readonly string[] = ['keys', 'creds', 'admin-password', 'profiles', 'ports.json', 'version.json'];

/** Where a stream's snapshot lies in a backup. */
export function snapshotFile(stream: string): string {
  return `streams/${stream}.snapshot`;
}
