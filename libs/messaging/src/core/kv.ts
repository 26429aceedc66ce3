import type { NatsConnection } from '@nats-io/nats-core';
import { expectationHeader } from '../wire/atomic-batch.ts';
import { getAll } from '../wire/batch-get.ts';
import { directGet, publishStored } from '../wire/jetstream.ts';
import type { StoredMessage } from '../wire/message.ts';

const operation = 'KV-Operation';

/** One key's newest value. */
export interface KvEntry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly revision: number;
}

/** A key-value bucket, readable by every NATS tool as one: the client library's own needs rights ours do not have. */
export interface Kv {
  get(key: string): Promise<KvEntry | undefined>;
  /** The new revision; undefined when `revision` is not the newest (0: the key must not be there). */
  put(key: string, value: Uint8Array, revision: number, ttlSeconds?: number): Promise<number | undefined>;
  delete(key: string): Promise<void>;
  list(prefix: string): Promise<KvEntry[]>;
}

/** Long enough for every reader to see the deletion, then the mark of it goes too. */
const tombstoneSeconds = 3600;

function entryOf(bucket: string, message: StoredMessage | undefined): KvEntry | undefined {
  if (message === undefined || message.headers[operation] !== undefined || message.headers['Nats-Marker-Reason'] !== undefined) return undefined;
  return { key: message.subject.slice(`$KV.${bucket}.`.length), value: message.body, revision: message.sequence };
}

/** Opens a bucket that is there (see the stream table). */
export function openKv(nc: NatsConnection, bucket: string): Kv {
  const stream = `KV_${bucket}`;
  const subjectOf = (key: string) => `$KV.${bucket}.${key}`;
  const last = (key: string) => directGet(nc, stream, subjectOf(key));
  const put = async (key: string, value: Uint8Array, revision: number, ttlSeconds?: number): Promise<number | undefined> => {
    const ttl: Record<string, string> = ttlSeconds === undefined ? {} : { 'Nats-TTL': `${ttlSeconds}s` };
    const outcome = await publishStored(nc, subjectOf(key), value, { ...ttl, [expectationHeader]: String(revision) });
    if (!('conflict' in outcome)) return outcome.sequence;
    if (revision !== 0) return undefined;
    // A deleted key leaves a mark whose revision a new value must name.
    const found = await last(key);
    if (found === undefined || entryOf(bucket, found) !== undefined) return undefined;
    const again = await publishStored(nc, subjectOf(key), value, { ...ttl, [expectationHeader]: String(found.sequence) });
    return 'conflict' in again ? undefined : again.sequence;
  };
  return {
    get: async (key) => entryOf(bucket, await last(key)),
    put,
    delete: async (key) => {
      await publishStored(nc, subjectOf(key), new Uint8Array(), { [operation]: 'PURGE', 'Nats-Rollup': 'sub', 'Nats-TTL': `${tombstoneSeconds}s` });
    },
    list: async (prefix) => {
      const entries: KvEntry[] = [];
      for await (const batch of getAll(nc, stream, { from: 1, filter: subjectOf(`${prefix}.>`) })) {
        for (const message of batch) {
          const entry = entryOf(bucket, message);
          if (entry !== undefined) entries.push(entry);
        }
      }
      return entries;
    },
  };
}
