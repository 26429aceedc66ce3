import { subjects } from '@kanade/contracts';
import { MessagingError } from '../errors.ts';
import { request } from '../wire/jetstream.ts';
import { listen } from '../wire/listen.ts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import type { AskOptions, LiveHandler, LiveOutputHandler, Stoppable } from './types.ts';
import type { Heard } from '../wire/listen.ts';
import type { LiveMessageIn } from '../wire/message.ts';

function subscribe(core: CoreConnection, subject: string, handler: (tokens: readonly string[], message: LiveMessageIn) => void): Stoppable {
  const onMessage = ({ subject: on, headers, body }: Heard) => handler(on.split('.'), { subject: on, headers, body });
  return { stop: listen(wireOf(core), subject, { onMessage }) };
}

/** Presence beats as they come; who beats is told by the subject, which the broker guards. */
export function subscribePresence(core: CoreConnection, handler: LiveHandler): Stoppable {
  return subscribe(core, 'kanade.presence.*', ([, , endpointId], message) => {
    if (endpointId !== undefined) handler(endpointId, message);
  });
}

/** Output as it is printed: not stored, may be missed, repeated in full in KANADE_OUTPUT. */
export function subscribeLiveOutput(core: CoreConnection, handler: LiveOutputHandler): Stoppable {
  return subscribe(core, 'kanade.live.*.*.*', ([, , endpointId, runId, stream], message) => {
    if (endpointId === undefined || runId === undefined) return;
    if (stream === 'stdout' || stream === 'stderr') handler({ endpointId, runId, stream }, message);
  });
}

/** Asks an endpoint something; undefined when it is not connected or did not answer in time. */
export async function ask(core: CoreConnection, options: AskOptions): Promise<Uint8Array | undefined> {
  const subject = subjects.ask(options.endpointId, options.question);
  try {
    return (await request(wireOf(core), subject, options.body, 'ask an endpoint', options)).body;
  } catch (error) {
    if (error instanceof MessagingError && (error.code === 'unavailable' || error.code === 'timeout')) return undefined;
    throw error;
  }
}
