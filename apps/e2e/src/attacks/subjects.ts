/** Who attacks, with its own credential, and who must not notice. */
export interface Cast {
  readonly attacker: string;
  readonly victim: string;
}

const nextOf = (id: string) => `$JS.API.CONSUMER.MSG.NEXT.KANADE_COMMANDS.${id}`;
const lastEventOf = (id: string) => `$JS.API.DIRECT.GET.KANADE_EVENTS.kanade.events.endpoint.${id}`;
const desiredOf = (id: string) => `$JS.API.DIRECT.GET.KV_kanade_desired.$KV.kanade_desired.${id}`;

const streams = ['KANADE_EVENTS', 'KANADE_COMMANDS', 'KANADE_OUTPUT', 'KANADE_PRIVATE', 'KANADE_METRICS'];
const keyValue = ['kanade_desired', 'kanade_identity', 'kanade_leases'];
const objects = ['kanade_packages', 'kanade_releases', 'kanade_scripts'];
const allStreams = [...streams, ...keyValue.map((name) => `KV_${name}`), ...objects.map((name) => `OBJ_${name}`)];

/** Places where a message would be stored, or do something, that is not the attacker's to reach. */
export function foreignTargets({ attacker, victim }: Cast): string[] {
  return [
    `kanade.events.endpoint.${victim}`, 'kanade.events.control.job.hello', `kanade.events.control.endpoint.${attacker}`, `kanade.events.control.endpoint.${victim}`,
    `kanade.commands.${attacker}`, `kanade.commands.${victim}`, 'kanade.private.control.forged', `kanade.private.${victim}.forged`,
    `kanade.output.${victim}.run.stdout.0`, `kanade.metrics.${victim}`, `kanade.presence.${victim}`, `kanade.live.${victim}.run.stdout`,
    ...[attacker, victim].map((id) => `$KV.kanade_desired.${id}`), '$KV.kanade_identity.account.admin', '$KV.kanade_leases.process-managers',
    ...objects.flatMap((bucket) => [`$O.${bucket}.C.forged`, `$O.${bucket}.M.forged`]),
    nextOf(victim), `$JS.ACK.KANADE_COMMANDS.${victim}.1.1.1.1.0`, lastEventOf(victim), desiredOf(victim), `kanade.renew.${victim}`, 'kanade.enrol.token',
    ...allStreams.filter((name) => !name.startsWith('OBJ_')).map((name) => `$JS.API.DIRECT.GET.${name}`),
    ...['STREAM.PURGE', 'STREAM.DELETE', 'STREAM.UPDATE'].flatMap((verb) => ['KANADE_OUTPUT', 'KV_kanade_desired'].map((name) => `$JS.API.${verb}.${name}`)),
    '$SYS.REQ.CLAIMS.UPDATE',
  ];
}

/** What a plain publish or request has to be refused for: the targets, and every way to read or manage. */
export function foreignSubjects(cast: Cast): string[] {
  const { attacker, victim } = cast;
  return [
    ...foreignTargets(cast),
    `kanade.events.endpoint.${attacker}.more`, `kanade.ask.${victim}.ping`, `_INBOX.${victim}.x`, '_R_.x', '$SYS.REQ.SERVER.PING', '$JS.API.INFO', '$JS.API.STREAM.LIST', '$JS.API.STREAM.NAMES',
    ...allStreams.flatMap((name) => ['STREAM.INFO', 'STREAM.MSG.GET', 'STREAM.MSG.DELETE', 'STREAM.SNAPSHOT', 'CONSUMER.LIST'].map((verb) => `$JS.API.${verb}.${name}`)),
    ...allStreams.flatMap((name) => [`$JS.API.CONSUMER.CREATE.${name}.mine`, `$JS.API.CONSUMER.DURABLE.CREATE.${name}.mine`, `$JS.API.CONSUMER.MSG.NEXT.${name}.mine`]),
    '$JS.API.DIRECT.GET.KANADE_EVENTS.kanade.events.control.job.hello', `$JS.API.CONSUMER.INFO.KANADE_COMMANDS.${attacker}`, `$JS.API.CONSUMER.DELETE.KANADE_COMMANDS.${victim}`,
    ...keyValue.slice(1).map((bucket) => `$JS.API.DIRECT.GET.KV_${bucket}.$KV.${bucket}.x`),
  ];
}

/** Subscriptions that would hear others. */
export function foreignSubscriptions({ attacker, victim }: Cast): string[] {
  return [
    '>', '*', '*.>', 'kanade.>', 'kanade.*.>', `kanade.events.endpoint.${victim}`, `kanade.events.endpoint.${attacker}`, `kanade.commands.${victim}`, `kanade.commands.${attacker}`, 'kanade.commands.*',
    `kanade.ask.${victim}.*`, 'kanade.ask.*.*', `kanade.live.${victim}.>`, 'kanade.live.>', 'kanade.presence.*', 'kanade.renew.*', 'kanade.enrol.*',
    '_INBOX.>', '_INBOX.*.>', `_INBOX.${victim}.>`, '_INBOX.enrol.>', '_INBOX.backend.>', '$JS.>', '$JS.API.>', '$KV.>', '$O.>', '$SYS.>', '_R_.>',
  ];
}

export interface Form {
  readonly name: string;
  readonly subject: string;
  readonly body: string;
  /** The stream it stores a message in, of its own and where it belongs. */
  readonly stores?: string;
}

/** Every request the attacker may make, one for each row of what agents may reach. */
export function ownForms({ attacker }: Cast): Form[] {
  return [
    { name: 'an own event', subject: `kanade.events.endpoint.${attacker}`, body: '{"source":"control/job/hello"}', stores: 'KANADE_EVENTS' },
    { name: 'own output', subject: `kanade.output.${attacker}.run.stdout.0`, body: 'x', stores: 'KANADE_OUTPUT' },
    { name: 'an own private part', subject: `kanade.private.${attacker}.part`, body: 'x', stores: 'KANADE_PRIVATE' },
    { name: 'an own sample', subject: `kanade.metrics.${attacker}`, body: 'x', stores: 'KANADE_METRICS' },
    { name: 'the own next command', subject: nextOf(attacker), body: '{"batch":1,"no_wait":true}' },
    { name: 'an own acknowledgement', subject: `$JS.ACK.KANADE_COMMANDS.${attacker}.1.1.1.1.0`, body: '+WPI' },
    { name: 'the own last event', subject: lastEventOf(attacker), body: '' },
    { name: 'the own desired state', subject: desiredOf(attacker), body: '' },
    ...objects.map((bucket) => ({ name: `chunks of ${bucket}`, subject: `$JS.API.DIRECT.GET.OBJ_${bucket}`, body: `{"seq":1,"next_by_subj":"$O.${bucket}.C.>","batch":10}` })),
    ...objects.map((bucket) => ({ name: `a meta of ${bucket}`, subject: `$JS.API.DIRECT.GET.OBJ_${bucket}.$O.${bucket}.M.meta`, body: '' })),
    { name: 'a renewal', subject: `kanade.renew.${attacker}`, body: '{}' },
  ];
}
