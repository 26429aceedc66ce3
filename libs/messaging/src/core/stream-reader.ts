import { randomBytes } from 'node:crypto';
import { streams } from '@kanade/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import { incarnationKey } from '../broker/streams.ts';
import { LogDamagedError, MessagingError } from '../errors.ts';
import { getBatch } from '../wire/batch-get.ts';
import { callApi, streamState } from '../wire/jetstream.ts';
import { apiError } from '../wire/failures.ts';
import { recordAt, textAt } from '../wire/json.ts';
import type { StoredMessage } from '../wire/message.ts';
import { openPull } from '../wire/pull.ts';
import type { Pull, PulledMessage } from '../wire/pull.ts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import type { StreamReaderOptions } from './types.ts';

/** How long nothing may come before the reader looks whether there is something it was not given. */
const watchdogMs = 2000;
const retryMs = 250;

/** Where a reader is: what it may take next, and which history it reads. */
interface Place {
  readonly stream: string;
  readonly contiguous: boolean;
  next: number;
  incarnation: string | undefined;
  /** Last sequence a fresh consumer was made for; where messages may be deleted, it may rightly have had nothing to give. */
  suspectedAt: number;
  /** What was wanted when a fresh consumer last gave nothing although there should be something. */
  deniedAt: number;
}

/** Compares the stream as it is with what the reader knows of it; throws LogDamagedError. Returns its last sequence. */
async function checkPlace(nc: NatsConnection, place: Place): Promise<number> {
  const state = await streamState(nc, place.stream);
  if (state === undefined) throw new MessagingError('unavailable', `${place.stream} does not exist`);
  const incarnation = textAt(recordAt(state.config, 'metadata'), incarnationKey);
  place.incarnation ??= incarnation;
  const details = { stream: place.stream, next: place.next, first: state.firstSequence, last: state.lastSequence };
  if (place.incarnation !== incarnation) {
    throw new LogDamagedError('incarnation', `${place.stream} is another history: ${incarnation} instead of ${place.incarnation}`, details);
  }
  if (state.lastSequence < place.next - 1) {
    throw new LogDamagedError('rewound', `${place.stream} ends at ${state.lastSequence}, but ${place.next - 1} has been read from it`, details);
  }
  if (place.contiguous && state.firstSequence > place.next) {
    throw new LogDamagedError('gap', `${place.stream} begins at ${state.firstSequence}, but ${place.next} is wanted`, { ...details, until: state.firstSequence - 1 });
  }
  return state.lastSequence;
}

/** Two consumers in a row gave nothing: what is wanted may be gone from the stream, which counts it all the same. Throws LogDamagedError then. */
async function checkDenied(nc: NatsConnection, place: Place): Promise<void> {
  const again = place.deniedAt === place.next;
  place.deniedAt = place.next;
  if (!place.contiguous || !again) return;
  const last = await checkPlace(nc, place);
  const [found] = await getBatch(nc, place.stream, { from: place.next, filter: '>', count: 1 });
  if (found?.sequence === place.next || last < place.next) return;
  const until = (found?.sequence ?? last + 1) - 1;
  throw new LogDamagedError('gap', `${place.stream} lacks ${place.next} to ${until}`, { stream: place.stream, next: place.next, until });
}

async function openConsumer(nc: NatsConnection, place: Place, batch: number): Promise<{ pull: Pull; remove: () => void }> {
  const consumer = `reader-${randomBytes(9).toString('hex')}`;
  const doing = `read ${place.stream}`;
  const { failure } = await callApi(
    nc,
    `CONSUMER.CREATE.${place.stream}.${consumer}`,
    {
      stream_name: place.stream,
      config: {
        name: consumer,
        deliver_policy: 'by_start_sequence',
        opt_start_seq: place.next,
        ack_policy: 'none',
        replay_policy: 'instant',
        mem_storage: true,
        num_replicas: 1,
        inactive_threshold: 30e9,
      },
    },
    doing,
  );
  if (failure !== undefined) throw apiError(failure, doing);
  const pull = openPull(nc, { stream: place.stream, consumer, batch, expiresMs: 20_000, heartbeatMs: 2000 });
  return {
    pull,
    remove: () => {
      pull.stop();
      // Best effort: the broker drops it after half a minute anyway.
      void callApi(nc, `CONSUMER.DELETE.${place.stream}.${consumer}`, undefined, doing).catch(() => undefined);
    },
  };
}

/** The part of a delivery that can be believed; shorter than `messages` when the connection dropped some. Throws on damage. */
function accept(place: Place, messages: readonly PulledMessage[], firstDelivery: number): StoredMessage[] {
  const accepted: StoredMessage[] = [];
  for (const [index, message] of messages.entries()) {
    // A hole in the consumer's own count is a message lost on the way, not in the stream: read again from here.
    if (message.consumerSequence !== firstDelivery + index) return accepted;
    const details = { stream: place.stream, wanted: place.next, got: message.sequence };
    if (message.sequence < place.next) {
      throw new LogDamagedError('rewound', `${place.stream} gave ${message.sequence} where ${place.next} was due`, details);
    }
    if (place.contiguous && message.sequence !== place.next) {
      throw new LogDamagedError('gap', `${place.stream} lacks ${place.next} to ${message.sequence - 1}`, { ...details, next: place.next, until: message.sequence - 1 });
    }
    accepted.push(message);
    place.next = message.sequence + 1;
  }
  return accepted;
}

/** One life of a consumer: yields until it is broken, overtaken by a reconnect, or found to withhold something. */
async function* readOnce(nc: NatsConnection, place: Place, options: StreamReaderOptions, onPull: (pull: Pull) => void): AsyncGenerator<StoredMessage[]> {
  await checkPlace(nc, place);
  const { pull, remove } = await openConsumer(nc, place, options.batchSize ?? 1000);
  onPull(pull);
  const stop = () => pull.stop('aborted');
  options.signal.addEventListener('abort', stop, { once: true });
  let deliveries = 1;
  let suspicious = false;
  try {
    while (!options.signal.aborted) {
      const messages = await pull.take(suspicious ? 100 : watchdogMs);
      if (messages.length > 0) {
        suspicious = false;
        const accepted = accept(place, messages, deliveries);
        deliveries += messages.length;
        if (accepted.length > 0) yield accepted;
        if (accepted.length < messages.length) return;
        continue;
      }
      // Nothing came although there is something, twice: seen after broker restarts. A new consumer delivers it.
      if (suspicious) await checkDenied(nc, place);
      if (pull.broken !== undefined || suspicious) return;
      const last = await checkPlace(nc, place);
      suspicious = last >= place.next && (place.contiguous || last > place.suspectedAt);
      if (suspicious) place.suspectedAt = last;
    }
  } finally {
    options.signal.removeEventListener('abort', stop);
    remove();
  }
}

async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}

/**
 * A stream's messages from a sequence on, in order, for ever: what is there in batches, then each as it is stored. It outlives reconnects
 * and broker restarts from its own position; a gap or a history that is not the one it read throws LogDamagedError; ends on abort.
 */
export async function* streamReader(core: CoreConnection, options: StreamReaderOptions): AsyncGenerator<StoredMessage[]> {
  const nc = wireOf(core);
  const place: Place = {
    stream: options.stream,
    contiguous: options.contiguous ?? options.stream === streams.events,
    next: Math.max(1, options.fromSequence),
    incarnation: undefined,
    suspectedAt: 0,
    deniedAt: 0,
  };
  let current: Pull | undefined;
  // After a reconnect a consumer may stall for its whole waiting time: it is never given the chance.
  const forget = core.onReconnect(() => current?.stop('reconnected'));
  try {
    while (!options.signal.aborted) {
      try {
        yield* readOnce(nc, place, options, (pull) => {
          current = pull;
        });
      } catch (error) {
        if (!(error instanceof MessagingError) || !error.retryable) throw error;
        await waitFor(retryMs, options.signal);
      }
    }
  } finally {
    forget();
  }
}
