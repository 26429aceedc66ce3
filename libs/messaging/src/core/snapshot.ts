import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { formatPosition, streams } from '@kanade/contracts';
import { createInbox } from '@nats-io/nats-core';
import type { NatsConnection } from '@nats-io/nats-core';
import { newIncarnation } from '../broker/apply.ts';
import { continuesKey, incarnationKey, restoredKey } from '../broker/streams.ts';
import { MessagingError } from '../errors.ts';
import { apiError } from '../wire/failures.ts';
import { readStatus } from '../wire/headers.ts';
import { inboxOf } from '../wire/inbox.ts';
import { failureOf, mustCallApi, request } from '../wire/jetstream.ts';
import { numberAt, parseRecord, recordAt, textAt } from '../wire/json.ts';
import type { JsonRecord } from '../wire/json.ts';
import { listen } from '../wire/listen.ts';
import type { Heard } from '../wire/listen.ts';
import { wireOf } from './connection.ts';
import type { CoreConnection } from './connection.ts';
import type { SnapshotSummary } from './types.ts';

const chunkBytes = 128 * 1024;
const silenceMs = 30_000;

/** Chunks as the broker sends them, one at a time: it sends on only when what it has sent is acknowledged. */
function receiveChunks(nc: NatsConnection, inbox: string, doing: string, onChunk: (chunk: Uint8Array) => Promise<void>): { done: Promise<void>; cancel: () => void } {
  let cancel = (): void => undefined;
  const done = new Promise<void>((resolve, reject) => {
    let work = Promise.resolve();
    const finish = (failure?: unknown): void => {
      clearTimeout(timer);
      stop();
      if (failure === undefined) resolve();
      else reject(failure instanceof Error ? failure : new MessagingError('disconnected', `could not ${doing}`, { cause: failure }));
    };
    const silent = () => finish(new MessagingError('timeout', `could not ${doing}: the broker sends no more`));
    let timer = setTimeout(silent, silenceMs);
    const take = async (message: Heard): Promise<void> => {
      if (message.body.length === 0) {
        const { code, description } = readStatus(message.block);
        finish(code >= 400 ? new MessagingError('unavailable', `could not ${doing}: ${description}`) : undefined);
        return;
      }
      await onChunk(message.body);
      message.respond('');
      clearTimeout(timer);
      timer = setTimeout(silent, silenceMs);
    };
    const stop = listen(nc, inbox, {
      onMessage: (message) => {
        work = work.then(() => take(message)).catch(finish);
      },
      onError: finish,
    });
    cancel = () => finish();
  });
  return { done, cancel: () => cancel() };
}

/** Writes a stream, its configuration and state into one file (0600), checksums of its messages checked on the way. */
export async function snapshotStream(admin: CoreConnection, stream: string, file: string): Promise<SnapshotSummary> {
  const nc = wireOf(admin);
  const doing = `take a snapshot of ${stream}`;
  const target = await open(file, 'w', 0o600);
  const hash = createHash('sha256');
  let bytes = 0;
  const write = async (chunk: Uint8Array): Promise<void> => {
    await target.appendFile(chunk);
    hash.update(chunk);
    bytes += chunk.length;
  };
  try {
    const inbox = createInbox(inboxOf(nc));
    // The first chunks can come before the answer that has to stand at the head of the file.
    let headWritten: () => void = () => undefined;
    const head = new Promise<void>((resolve) => {
      headWritten = resolve;
    });
    const { done, cancel } = receiveChunks(nc, inbox, doing, async (chunk) => {
      await head;
      await write(chunk);
    });
    const query = { deliver_subject: inbox, no_consumers: true, chunk_size: chunkBytes, jsck: true };
    let answer: JsonRecord;
    try {
      answer = await mustCallApi(nc, `STREAM.SNAPSHOT.${stream}`, query, doing);
    } catch (error) {
      cancel();
      throw error;
    }
    const state = recordAt(answer, 'state');
    await write(Buffer.from(`${JSON.stringify({ config: recordAt(answer, 'config'), state })}\n`));
    headWritten();
    await done;
    await target.sync();
    return { stream, messages: numberAt(state, 'messages'), lastSequence: numberAt(state, 'last_seq'), bytes, sha256: hash.digest('hex') };
  } finally {
    await target.close();
  }
}

/** What the restored stream is to be: the same, but a restored history is another one, and knows from where on it may lack requests, and what it goes on from. */
function restoredConfig(stream: string, config: JsonRecord, lastSequence: number): JsonRecord {
  if (config['name'] !== stream) throw new MessagingError('invalid', `the snapshot is of ${String(config['name'])}, not of ${stream}`);
  if (stream !== streams.events) return config;
  const metadata = recordAt(config, 'metadata');
  const before = metadata[restoredKey];
  const restored = typeof before === 'string' ? Math.min(Number(before), lastSequence) : lastSequence;
  const continued = formatPosition({ incarnation: textAt(metadata, incarnationKey), sequence: lastSequence });
  return { ...config, metadata: { ...metadata, [incarnationKey]: newIncarnation(), [restoredKey]: String(restored), [continuesKey]: continued } };
}

/** The snapshot's first line, and where the rest begins. */
async function readHead(file: Awaited<ReturnType<typeof open>>): Promise<{ head: Buffer; next: number }> {
  const buffer = Buffer.alloc(1024 * 1024);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  const end = buffer.subarray(0, bytesRead).indexOf(10);
  if (end < 0) throw new MessagingError('invalid', 'the file is no snapshot');
  return { head: buffer.subarray(0, end + 1), next: end + 1 };
}

/** Restores a stream into a broker that does not have it; KANADE_EVENTS gets a new incarnation. Consumers are not restored. */
export async function restoreStream(admin: CoreConnection, stream: string, file: string): Promise<SnapshotSummary> {
  const nc = wireOf(admin);
  const doing = `restore ${stream}`;
  const source = await open(file, 'r');
  const hash = createHash('sha256');
  try {
    const { head, next } = await readHead(source);
    const snapshot = parseRecord(head, 'the head of the snapshot');
    const state = recordAt(snapshot, 'state');
    const wanted = { config: restoredConfig(stream, recordAt(snapshot, 'config'), numberAt(state, 'last_seq')), state };
    const answer = await mustCallApi(nc, `STREAM.RESTORE.${stream}`, wanted, doing);
    const subject = answer['deliver_subject'];
    if (typeof subject !== 'string') throw new MessagingError('refused', `could not ${doing}: the broker names no place for the data`);
    hash.update(head);
    let bytes = head.length;
    for (let offset = next; ; ) {
      const chunk = Buffer.alloc(chunkBytes);
      const { bytesRead } = await source.read(chunk, 0, chunk.length, offset);
      const part = chunk.subarray(0, bytesRead);
      const reply = await request(nc, subject, part, doing, { timeoutMs: silenceMs });
      if (reply.body.length > 0) {
        const failure = failureOf(parseRecord(reply.body, 'the answer to restored data'));
        if (failure !== undefined) throw apiError(failure, doing);
      }
      if (bytesRead === 0) break;
      hash.update(part);
      bytes += bytesRead;
      offset += bytesRead;
    }
    return { stream, messages: numberAt(state, 'messages'), lastSequence: numberAt(state, 'last_seq'), bytes, sha256: hash.digest('hex') };
  } finally {
    await source.close();
  }
}
