import { buckets, objectBuckets, streamSubjects, streams } from '@kanade/contracts';
import type { JsonRecord } from '../wire/json.ts';

const seconds = (count: number): number => count * 1_000_000_000;
const days = (count: number): number => seconds(count * 86_400);

/** One stream: its share of the space JetStream may fill, and its configuration apart from that. */
export interface StreamSpec {
  readonly share: number;
  readonly config: JsonRecord & { readonly name: string };
}

/** What a stream has unless its row says otherwise; every switch that could lose or forge a message stands here, off. */
const settings = {
  retention: 'limits',
  storage: 'file',
  num_replicas: 1,
  max_consumers: -1,
  max_msgs: -1,
  max_age: 0,
  max_msg_size: -1,
  max_msgs_per_subject: -1,
  discard: 'new',
  duplicate_window: seconds(120),
  allow_direct: true,
  deny_delete: false,
  deny_purge: false,
  allow_rollup_hdrs: false,
  allow_msg_ttl: false,
  allow_atomic: false,
  allow_batched: false,
  allow_msg_counter: false,
  allow_msg_schedules: false,
} as const;

const stream = (share: number, name: string, subjects: readonly string[], own: JsonRecord): StreamSpec => ({
  share,
  config: { ...settings, name, subjects, ...own },
});

// A bucket needs roll-up for its purge and for an object's meta; nobody in AGENTS can write to one.
const bucket = (share: number, name: string, own: JsonRecord = {}): StreamSpec =>
  stream(share, `KV_${name}`, [`$KV.${name}.>`], { max_msgs_per_subject: 1, allow_rollup_hdrs: true, deny_delete: true, ...own });
const objects = (share: number, name: string): StreamSpec =>
  stream(share, `OBJ_${name}`, [`$O.${name}.C.>`, `$O.${name}.M.>`], { allow_rollup_hdrs: true });

/** Every stream of CORE. The shares sum to at most 80 % of what JetStream may fill, so no stream can starve another. */
export const streamTable: readonly StreamSpec[] = [
  stream(0.34, streams.events, streamSubjects.events, {
    deny_delete: true,
    deny_purge: true,
    allow_atomic: true,
    // Ids of messages are not relied on, and their namespace is the whole stream: the shorter remembered, the better.
    duplicate_window: seconds(1),
  }),
  stream(0.08, streams.commands, streamSubjects.commands, { allow_msg_ttl: true, max_age: days(35), max_consumers: 100_000 }),
  // The oldest output makes room: refusing new output would hold back the fact that the run has finished.
  stream(0.2, streams.output, streamSubjects.output, { max_age: days(30), discard: 'old' }),
  stream(0.06, streams.private, streamSubjects.private, {}),
  stream(0.04, streams.metrics, streamSubjects.metrics, { max_age: days(7), discard: 'old' }),
  bucket(0.02, buckets.desired),
  bucket(0.01, buckets.identity, { allow_msg_ttl: true }),
  bucket(0.002, buckets.leases, { allow_msg_ttl: true }),
  objects(0.02, objectBuckets.packages),
  objects(0.015, objectBuckets.releases),
  objects(0.01, objectBuckets.scripts),
];

/** A stream's whole configuration for a broker that may fill `maxFileBytes`. */
export function streamConfig(spec: StreamSpec, maxFileBytes: number): JsonRecord & { readonly name: string } {
  return { ...spec.config, max_bytes: Math.floor(spec.share * maxFileBytes) };
}

/** The metadata key that names a history of KANADE_EVENTS. */
export const incarnationKey = 'kanade.incarnation';
/** Metadata of a history that was restored: the last sequence of the oldest backup it went back to. */
export const restoredKey = 'kanade.restored';
/** Metadata of a history that goes on from another one: `<incarnation>:<sequence>`, that one's name and the last event of it that is also its own. */
export const continuesKey = 'kanade.continues';
/** Metadata of a history whose beginning lies in the archive alone: the last sequence that was dropped on purpose. */
export const droppedKey = 'kanade.dropped';
