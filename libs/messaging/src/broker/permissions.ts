import { buckets, controlAggregates, objectBuckets, streams } from '@kanade/contracts';

const buckKeys = Object.values(buckets).map((bucket) => `$KV.${bucket}.>`);
const objects = Object.values(objectBuckets).map((bucket) => `$O.${bucket}.>`);
const readable = [
  ...Object.values(streams),
  ...Object.values(buckets).map((bucket) => `KV_${bucket}`),
  ...Object.values(objectBuckets).map((bucket) => `OBJ_${bucket}`),
];

/** Reading: stream state, direct gets, ephemeral consumers of ours. */
const reads = readable.flatMap((stream) => [
  `$JS.API.STREAM.INFO.${stream}`,
  `$JS.API.DIRECT.GET.${stream}`,
  `$JS.API.DIRECT.GET.${stream}.>`,
  `$JS.API.CONSUMER.CREATE.${stream}.>`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
  `$JS.API.CONSUMER.DELETE.${stream}.*`,
]);

const erasable = [streams.commands, streams.output, streams.private, streams.metrics].map((stream) => `$JS.API.STREAM.MSG.DELETE.${stream}`);

/**
 * What the backend may do in CORE: append control events, queue commands, keep its own records, read everything. It can neither
 * make, change, purge nor delete a stream, nor write what only an endpoint may write.
 */
export const backendPermissions = {
  pub: {
    allow: [
      ...controlAggregates.map((aggregate) => `kanade.events.control.${aggregate}.*`),
      'kanade.commands.*',
      'kanade.private.control.*',
      'kanade.ask.*.*',
      ...buckKeys,
      ...objects,
      ...reads,
      ...erasable,
      `$JS.API.CONSUMER.DURABLE.CREATE.${streams.commands}.*`,
      `$JS.API.CONSUMER.INFO.${streams.commands}.*`,
      `$JS.API.CONSUMER.NAMES.${streams.commands}`,
    ],
  },
  sub: { allow: ['_INBOX.backend.>', 'kanade.presence.*', 'kanade.live.*.*.*', 'kanade.enrol.*', 'kanade.renew.*', 'kanade.events.endpoint.*'] },
  // Answers to enrol and renew go to the reply subject the broker made for the request.
  resp: { max: 1, ttl: 60_000_000_000 },
} as const;

/** The administrator of CORE: streams, snapshots, repair. */
export const adminPermissions = { pub: { allow: ['>'] }, sub: { allow: ['>'] } } as const;

/** The backend's system user: push an account, see and cut connections of AGENTS, nothing else. */
export const systemPermissions = (agentsAccount: string) => ({
  pub: {
    allow: [
      '$SYS.REQ.CLAIMS.UPDATE',
      `$SYS.REQ.ACCOUNT.${agentsAccount}.CONNZ`,
      `$SYS.REQ.ACCOUNT.${agentsAccount}.CLAIMS.LOOKUP`,
      '$SYS.REQ.SERVER.*.KICK',
    ],
  },
  sub: { allow: ['_INBOX.sys.>', `$SYS.ACCOUNT.${agentsAccount}.CONNECT`, `$SYS.ACCOUNT.${agentsAccount}.DISCONNECT`] },
});
