import { isSubjectToken, subjects } from '@kanade/contracts';
import { parseRecord, textAt } from '../wire/json.ts';
import { listen } from '../wire/listen.ts';
import type { Heard } from '../wire/listen.ts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import type { EnrolCall, RenewCall, RequestIdentity, Stoppable } from './types.ts';

/**
 * Who asks, as the broker wrote it. Only a request that crossed the account border has a reply beginning with `_R_.` (the server lets no
 * client set one), and on these imports the broker overwrites `Nats-Request-Info`; anything else has no identity and gets no answer.
 */
function identityOf(message: Heard): RequestIdentity | undefined {
  const info = message.headers['Nats-Request-Info'];
  if (info === undefined || !message.reply.startsWith('_R_.')) return undefined;
  const record = parseRecord(info, 'Nats-Request-Info');
  const identity = {
    name: textAt(record, 'name_tag'),
    userNkey: textAt(record, 'user'),
    issuerKey: textAt(record, 'issuer_key'),
    host: textAt(record, 'host'),
  };
  return isSubjectToken(identity.name) && identity.userNkey !== '' ? identity : undefined;
}

/**
 * Requests of one asker that are worked on at a time; what is more is dropped, and the asker tries again. Of an endpoint, which has one under
 * way, and of an enrolment token, by which many machines may come at once.
 */
const atOnce = { renew: 4, enrol: 64 } as const;

function respond(
  core: CoreConnection,
  kind: keyof typeof atOnce,
  handle: (identity: RequestIdentity, message: Heard) => Promise<Uint8Array | undefined>,
): Stoppable {
  const working = new Map<string, number>();
  const answer = async (message: Heard): Promise<void> => {
    const identity = identityOf(message);
    if (identity === undefined) return;
    const asker = `${identity.name} ${identity.userNkey}`;
    const before = working.get(asker) ?? 0;
    if (before >= atOnce[kind]) return;
    working.set(asker, before + 1);
    try {
      const body = await handle(identity, message);
      if (body !== undefined) message.respond(body);
    } finally {
      const left = (working.get(asker) ?? 1) - 1;
      if (left === 0) working.delete(asker);
      else working.set(asker, left);
    }
  };
  const stop = listen(wireOf(core), `kanade.${kind}.*`, {
    // Replicas share the work.
    queue: 'kanade-backend',
    // A handler that fails answers nothing: the asker tries again.
    onMessage: (message) => void answer(message).catch(() => undefined),
  });
  return { stop };
}

/** Answers enrol requests; the token's id is the broker's word. The handler returns the answer's bytes, or undefined to stay silent. */
export function respondEnrol(core: CoreConnection, handler: (call: EnrolCall) => Promise<Uint8Array | undefined>): Stoppable {
  return respond(core, 'enrol', async (identity, message) => {
    if (message.subject !== subjects.enrol(identity.name)) return undefined;
    return handler({ tokenId: identity.name, identity, body: message.body });
  });
}

/** Answers renew requests; endpoint id and NKey are the broker's word, and the id must be the subject's too. */
export function respondRenew(core: CoreConnection, handler: (call: RenewCall) => Promise<Uint8Array | undefined>): Stoppable {
  return respond(core, 'renew', async (identity, message) => {
    if (message.subject !== subjects.renew(identity.name)) return undefined;
    return handler({ endpointId: identity.name, userNkey: identity.userNkey, identity, body: message.body });
  });
}
