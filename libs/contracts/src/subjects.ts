import { assertSubjectToken } from './subject-token.ts';

/** Names of the JetStream streams; what each holds is told in docs/architecture.md. */
export const streams = {
  events: 'KANADE_EVENTS',
  commands: 'KANADE_COMMANDS',
  output: 'KANADE_OUTPUT',
  private: 'KANADE_PRIVATE',
  metrics: 'KANADE_METRICS',
} as const;

/** Names of the key-value buckets. */
export const buckets = {
  desired: 'kanade_desired',
  identity: 'kanade_identity',
  leases: 'kanade_leases',
} as const;

/** Names of the object-store buckets. */
export const objectBuckets = {
  packages: 'kanade_packages',
  releases: 'kanade_releases',
  scripts: 'kanade_scripts',
} as const;

/** The aggregates of the control plane, each with a subject per instance. */
export const controlAggregates = ['endpoint', 'job', 'execution', 'account', 'token', 'enrolment', 'site', 'audit', 'secret', 'key', 'broker', 'read-model', 'archive'] as const;
export type ControlAggregate = (typeof controlAggregates)[number];

/** The output streams of a run. */
export const outputStreams = ['stdout', 'stderr'] as const;
export type OutputStream = (typeof outputStreams)[number];

const endpoint = (endpointId: string) => assertSubjectToken(endpointId, 'endpoint id');
const run = (runId: string) => assertSubjectToken(runId, 'run id');

/** Every subject kanade uses; `{{name()}}` and `*` forms are made by the tables of `@kanade/messaging`. */
export const subjects = {
  endpointEvents: (endpointId: string) => `kanade.events.endpoint.${endpoint(endpointId)}`,
  controlEvents: (aggregate: ControlAggregate, id: string) =>
    `kanade.events.control.${aggregate}.${assertSubjectToken(id, `${aggregate} id`)}`,
  commands: (endpointId: string) => `kanade.commands.${endpoint(endpointId)}`,
  output: (endpointId: string, runId: string, stream: OutputStream, chunk: number) =>
    `kanade.output.${endpoint(endpointId)}.${run(runId)}.${stream}.${chunk}`,
  endpointPrivate: (endpointId: string, eventId: string) =>
    `kanade.private.${endpoint(endpointId)}.${assertSubjectToken(eventId, 'event id')}`,
  controlPrivate: (eventId: string) => `kanade.private.control.${assertSubjectToken(eventId, 'event id')}`,
  metrics: (endpointId: string) => `kanade.metrics.${endpoint(endpointId)}`,
  presence: (endpointId: string) => `kanade.presence.${endpoint(endpointId)}`,
  liveOutput: (endpointId: string, runId: string, stream: OutputStream) =>
    `kanade.live.${endpoint(endpointId)}.${run(runId)}.${stream}`,
  ask: (endpointId: string, question: string) => `kanade.ask.${endpoint(endpointId)}.${assertSubjectToken(question, 'question')}`,
  /** The token's id is in it because an import without a wildcard can be reached by a steered answer (docs/adr/0009). */
  enrol: (tokenId: string) => `kanade.enrol.${assertSubjectToken(tokenId, 'enrolment token id')}`,
  renew: (endpointId: string) => `kanade.renew.${endpoint(endpointId)}`,
  desired: (endpointId: string) => `$KV.${buckets.desired}.${endpoint(endpointId)}`,
  inbox: (endpointId: string) => `_INBOX.${endpoint(endpointId)}`,
  enrolInbox: (tokenId: string) => `_INBOX.enrol.${assertSubjectToken(tokenId, 'enrolment token id')}`,
} as const;

/** The subject filters of each stream, in the order of `streams`. */
export const streamSubjects = {
  events: ['kanade.events.endpoint.*', 'kanade.events.control.*.*'],
  commands: ['kanade.commands.*'],
  output: ['kanade.output.*.*.*.*'],
  private: ['kanade.private.*.*'],
  metrics: ['kanade.metrics.*'],
} as const;

/** What an event subject says about its writer, or `undefined` when it is no event subject. */
export function parseEventSubject(
  subject: string,
): { kind: 'endpoint'; endpointId: string } | { kind: 'control'; aggregate: string; id: string } | undefined {
  const tokens = subject.split('.');
  if (tokens[0] !== 'kanade' || tokens[1] !== 'events') return undefined;
  if (tokens[2] === 'endpoint' && tokens.length === 4 && tokens[3]) return { kind: 'endpoint', endpointId: tokens[3] };
  if (tokens[2] === 'control' && tokens.length === 5 && tokens[3] && tokens[4]) {
    return { kind: 'control', aggregate: tokens[3], id: tokens[4] };
  }
  return undefined;
}

/** What an output subject names, or `undefined` when it is none. */
export function parseOutputSubject(
  subject: string,
): { endpointId: string; runId: string; stream: OutputStream; chunk: number } | undefined {
  const match = /^kanade\.output\.([^.]+)\.([^.]+)\.(stdout|stderr)\.(\d{1,9})$/.exec(subject);
  if (!match?.[1] || !match[2] || !match[4]) return undefined;
  return { endpointId: match[1], runId: match[2], stream: match[3] === 'stdout' ? 'stdout' : 'stderr', chunk: Number(match[4]) };
}
