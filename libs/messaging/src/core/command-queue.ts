import { streams, subjects } from '@kanade/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import { MessagingError } from '../errors.ts';
import { apiCodes, apiError } from '../wire/failures.ts';
import { callApi, directGet, mustCallApi, publishStored } from '../wire/jetstream.ts';
import { listAt, numberAt } from '../wire/json.ts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import type { CommandQueue, CommandToPublish } from './types.ts';

const stream = streams.commands;
/** Publishes under way at once: with fsync on every message more gains nothing. */
const window = 100;

/** Runs `work` over all items, `window` at a time, results in the items' order. */
async function inWindows<Item, Result>(items: readonly Item[], work: (item: Item) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += window) results.push(...(await Promise.all(items.slice(start, start + window).map(work))));
  return results;
}

async function publish(nc: NatsConnection, command: CommandToPublish): Promise<number> {
  const ttl = Math.max(1, Math.floor(command.ttlSeconds));
  const outcome = await publishStored(nc, subjects.commands(command.endpointId), command.body, {
    ...command.headers,
    'Nats-Msg-Id': command.messageId,
    'Nats-TTL': `${ttl}s`,
  });
  if ('conflict' in outcome) throw new MessagingError('refused', 'a command was refused for an expectation it does not have');
  return outcome.sequence;
}

/** Deletes one message; false when it was not there any more. */
export async function deleteMessage(nc: NatsConnection, from: string, sequence: number): Promise<boolean> {
  const doing = `erase from ${from}`;
  const { failure } = await callApi(nc, `STREAM.MSG.DELETE.${from}`, { seq: sequence }, doing);
  if (failure === undefined) return true;
  const gone = failure.errCode === apiCodes.messageNotFound || failure.errCode === apiCodes.sequenceNotFound;
  // The store's own word for it comes under a code that can mean anything.
  if (gone || (failure.errCode === apiCodes.messageDeleteFailed && failure.description.includes('no message found'))) return false;
  throw apiError(failure, doing);
}

async function ensureConsumer(nc: NatsConnection, endpointId: string): Promise<void> {
  await mustCallApi(
    nc,
    `CONSUMER.DURABLE.CREATE.${stream}.${endpointId}`,
    {
      stream_name: stream,
      config: {
        durable_name: endpointId,
        filter_subject: subjects.commands(endpointId),
        deliver_policy: 'all',
        ack_policy: 'explicit',
        // Short, because a delivery lost with a connection waits for it.
        ack_wait: 10e9,
        max_ack_pending: 1000,
        max_deliver: -1,
        replay_policy: 'instant',
        num_replicas: 1,
      },
    },
    'make a command consumer',
  );
}

async function listConsumers(nc: NatsConnection): Promise<string[]> {
  const names: string[] = [];
  for (;;) {
    const answer = await mustCallApi(nc, `CONSUMER.NAMES.${stream}`, { offset: names.length }, 'list command consumers');
    const page = listAt(answer, 'consumers').filter((name) => typeof name === 'string');
    names.push(...page);
    if (page.length === 0 || names.length >= numberAt(answer, 'total')) return names;
  }
}

/** The queues of commands, one per endpoint, kept while it is away. */
export function openCommandQueue(core: CoreConnection): CommandQueue {
  const nc = wireOf(core);
  return {
    publish: (commands) => inWindows(commands, (command) => publish(nc, command)),
    delete: (sequences) => inWindows(sequences, (sequence) => deleteMessage(nc, stream, sequence)),
    get: (sequence) => directGet(nc, stream, { seq: sequence }),
    ensureConsumer: (endpointId) => ensureConsumer(nc, endpointId),
    ensureConsumers: async (endpointIds) => {
      const known = new Set(await listConsumers(nc));
      const missing = endpointIds.filter((id) => !known.has(id));
      await inWindows(missing, (id) => ensureConsumer(nc, id));
      return missing.length;
    },
    listConsumers: () => listConsumers(nc),
  };
}
