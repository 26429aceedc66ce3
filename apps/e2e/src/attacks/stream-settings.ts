const daysNs = (days: number) => days * 86_400 * 1_000_000_000;

const everywhere = { retention: 'limits', storage: 'file', num_replicas: 1, allow_direct: true } as const;
const noLimitOfMessages = { max_msgs: -1, max_msg_size: -1 } as const;

interface Expected extends Readonly<Record<string, unknown>> {
  readonly name: string;
}

const bucket = (name: string): Expected => ({
  ...everywhere, ...noLimitOfMessages, name: `KV_${name}`, subjects: [`$KV.${name}.>`], discard: 'new', max_age: 0, max_msgs_per_subject: 1, deny_delete: true, deny_purge: false, allow_rollup_hdrs: true,
});
const objects = (name: string): Expected => ({
  ...everywhere, ...noLimitOfMessages, name: `OBJ_${name}`, subjects: [`$O.${name}.C.>`, `$O.${name}.M.>`], discard: 'new', max_age: 0, max_msgs_per_subject: -1, allow_rollup_hdrs: true,
});
const own = (name: string, subjects: readonly string[], settings: Readonly<Record<string, unknown>>): Expected => ({
  ...everywhere, ...noLimitOfMessages, name, subjects, discard: 'new', max_age: 0, max_msgs_per_subject: -1, max_consumers: -1, deny_delete: false, deny_purge: false, allow_rollup_hdrs: false, ...settings,
});

/** What docs/architecture.md says of every stream, as the broker must tell it; written out once more, so that no table proves itself. */
export const expectedStreams: readonly Expected[] = [
  own('KANADE_EVENTS', ['kanade.events.endpoint.*', 'kanade.events.control.*.*'], { deny_delete: true, deny_purge: true, allow_atomic: true }),
  own('KANADE_COMMANDS', ['kanade.commands.*'], { max_age: daysNs(35), allow_msg_ttl: true, max_consumers: 100_000 }),
  own('KANADE_OUTPUT', ['kanade.output.*.*.*.*'], { max_age: daysNs(30), discard: 'old' }),
  own('KANADE_PRIVATE', ['kanade.private.*.*'], {}),
  own('KANADE_METRICS', ['kanade.metrics.*'], { max_age: daysNs(7), discard: 'old' }),
  ...['kanade_desired', 'kanade_identity', 'kanade_leases'].map(bucket),
  ...['kanade_packages', 'kanade_releases', 'kanade_scripts'].map(objects),
];

/** Off everywhere, and left out by the broker when they are: each would let messages in, out or be changed in another way. */
export const forbiddenSettings = ['mirror', 'sources', 'republish', 'subject_transform', 'sealed', 'no_ack', 'allow_msg_counter', 'allow_msg_schedules', 'allow_batched', 'subject_delete_marker_ttl', 'first_seq'] as const;

/** Further switches that only the named streams may have. */
export const onlyOn: Readonly<Record<string, readonly string[]>> = {
  allow_msg_ttl: ['KANADE_COMMANDS', 'KV_kanade_identity', 'KV_kanade_leases'],
  allow_atomic: ['KANADE_EVENTS'],
};
