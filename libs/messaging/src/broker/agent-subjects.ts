import { buckets, objectBuckets, streams } from '@kanade/contracts';

/** Which scoped signing key's holders may use a subject. */
export type AgentRole = 'agent' | 'enrol' | 'renew';

/** One service agents may call across the account border; `{id}` is the caller's own name. */
export interface AgentSubject {
  readonly name: string;
  /** The same in both accounts. */
  readonly subject: string;
  readonly roles: readonly AgentRole[];
  /** `Stream`: several answers to one request. */
  readonly response: 'Singleton' | 'Stream';
  /** The broker tells the responder who asks (`Nats-Request-Info`). */
  readonly share: boolean;
  readonly purpose: string;
}

const service = (name: string, subject: string, purpose: string, more: Partial<AgentSubject> = {}): AgentSubject => ({
  name,
  subject,
  roles: ['agent'],
  response: 'Singleton',
  share: false,
  purpose,
  ...more,
});

const objectReads = Object.values(objectBuckets).flatMap((bucket) => [
  service(`chunks-of-${bucket}`, `$JS.API.DIRECT.GET.OBJ_${bucket}`, `read chunks of ${bucket}, in batches`, { response: 'Stream' }),
  service(`metas-of-${bucket}`, `$JS.API.DIRECT.GET.OBJ_${bucket}.$O.${bucket}.M.*`, `read what an object of ${bucket} is made of`),
]);

/**
 * Everything an agent can reach, and nothing else: exports of CORE, imports of AGENTS and the roles' templates are all made from this table.
 * The last-event read takes no body (2.15 refuses every field), so it can only ever name the caller's own subject. Every subject that does
 * something has a wildcard: an answer steered at an import without one does get across the border (measured; docs/adr tells why). The
 * chunk reads have none, as JetStream's own form has none; all that gets there has no reply to answer to.
 */
export const agentSubjects: readonly AgentSubject[] = [
  service('events', 'kanade.events.endpoint.{id}', 'append to the own event subject'),
  service('last-event', `$JS.API.DIRECT.GET.${streams.events}.kanade.events.endpoint.{id}`, 'read the own last event'),
  service('output', 'kanade.output.{id}.*.*.*', 'store output chunks of own runs'),
  service('private', 'kanade.private.{id}.*', 'store private parts of own events'),
  service('metrics', 'kanade.metrics.{id}', 'store own performance samples'),
  service('presence', 'kanade.presence.{id}', 'beat'),
  service('live', 'kanade.live.{id}.*.*', 'show output as it comes'),
  service('next-command', `$JS.API.CONSUMER.MSG.NEXT.${streams.commands}.{id}`, 'fetch own commands', { response: 'Stream' }),
  service('ack-command', `$JS.ACK.${streams.commands}.{id}.>`, 'acknowledge own commands'),
  service('desired', `$JS.API.DIRECT.GET.KV_${buckets.desired}.$KV.${buckets.desired}.{id}`, 'read the own desired state'),
  ...objectReads,
  service('renew', 'kanade.renew.{id}', 'ask for the keyset, the time and new JWTs', { roles: ['agent', 'renew'], share: true }),
  service('enrol', 'kanade.enrol.{id}', 'ask to become an endpoint', { roles: ['enrol'], share: true }),
];

/** What agents answer: exported by AGENTS, imported by CORE. */
export const askSubject = 'kanade.ask.{id}.*';

/** Where the events of a held endpoint are led: no import, no export, and nobody listens. */
export const heldSubject = 'kanade.held.{id}';

/** The form in exports and imports: any endpoint. */
export function forAnyEndpoint(subject: string): string {
  return subject.replace('{id}', '*');
}

/** The form in a template: the JWT's own name. */
export function forOwnName(subject: string): string {
  return subject.replace('{id}', '{{name()}}');
}

/** Markdown rows for docs/subjects.md: subject, purpose, who, answers. */
export function agentSubjectsMarkdown(): string {
  const rows = agentSubjects.map(
    (row) => `| \`${row.subject}\` | ${row.purpose} | ${row.roles.join(', ')} | ${row.response === 'Stream' ? 'many' : 'one'} |`,
  );
  return ['| subject | an agent may | credential | answers |', '|---|---|---|---|', ...rows, `| \`${askSubject}\` | answer questions | agent | one |`].join('\n');
}
