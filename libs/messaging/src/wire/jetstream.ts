import { headers as newHeaders } from '@nats-io/nats-core';
import type { MsgHdrs, NatsConnection } from '@nats-io/nats-core';
import { MessagingError } from '../errors.ts';
import { exchange } from './exchange.ts';
import { apiCodes, apiError, toMessagingError } from './failures.ts';
import { readDirectHeaders, readStatus } from './headers.ts';
import { isRecord, numberAt, parseRecord, recordAt, textAt } from './json.ts';
import type { JsonRecord } from './json.ts';
import type { Heard } from './listen.ts';
import type { StoredMessage } from './message.ts';
import { whileConnected } from './status.ts';

/** Our requests to JetStream answer within milliseconds or not at all. */
export const requestTimeoutMs = 5000;

/** NATS headers of a plain record. */
export function toHeaders(record: Readonly<Record<string, string>>): MsgHdrs {
  const made = newHeaders();
  for (const [name, value] of Object.entries(record)) made.set(name, value);
  return made;
}

export interface ApiFailure {
  readonly code: number;
  readonly errCode: number;
  readonly description: string;
}

/** The `error` of a JetStream answer, if it has one. */
export function failureOf(answer: JsonRecord): ApiFailure | undefined {
  if (!isRecord(answer['error'])) return undefined;
  const error = recordAt(answer, 'error');
  return { code: numberAt(error, 'code'), errCode: numberAt(error, 'err_code'), description: textAt(error, 'description') };
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

/** Sends one request and returns the first answer, whatever it is; failures in our words. */
async function requestRaw(nc: NatsConnection, subject: string, body: Uint8Array | string, doing: string, more: RequestOptions): Promise<Heard> {
  const options = more.headers === undefined ? {} : { headers: toHeaders(more.headers) };
  try {
    return await whileConnected(nc, doing, () => exchange(nc, subject, body, options, more.timeoutMs ?? requestTimeoutMs));
  } catch (cause) {
    throw toMessagingError(cause, doing);
  }
}

const unanswered = (doing: string): MessagingError => new MessagingError('unavailable', `could not ${doing}: nobody answers`);

/** Sends one request and returns its answer; failures in our words, also that nobody is there to answer. */
export async function request(nc: NatsConnection, subject: string, body: Uint8Array | string, doing: string, more: RequestOptions = {}): Promise<Heard> {
  const answer = await requestRaw(nc, subject, body, doing, more);
  if (answer.body.length === 0 && readStatus(answer.block).code === 503) throw unanswered(doing);
  return answer;
}

/** Calls `$JS.API.<name>`; the answer, or its failure. */
export async function callApi(nc: NatsConnection, name: string, body: unknown, doing: string): Promise<{ answer: JsonRecord; failure: ApiFailure | undefined }> {
  const reply = await request(nc, `$JS.API.${name}`, body === undefined ? '' : JSON.stringify(body), doing);
  const answer = parseRecord(reply.body, `the answer of ${name}`);
  return { answer, failure: failureOf(answer) };
}

/** Calls `$JS.API.<name>`; throws its failure. */
export async function mustCallApi(nc: NatsConnection, name: string, body: unknown, doing: string): Promise<JsonRecord> {
  const { answer, failure } = await callApi(nc, name, body, doing);
  if (failure !== undefined) throw apiError(failure, doing);
  return answer;
}

/** A direct get's answer as a stored message: the broker adds where it lay as headers. Undefined when it is a status instead. */
export function storedFromDirect({ block, body }: Heard): StoredMessage | undefined {
  const found = readDirectHeaders(block);
  return found === undefined ? undefined : { ...found, body };
}

/** Direct get of one message; undefined when there is none. `suffix` is a subject for the last-by-subject form. */
export async function directGet(nc: NatsConnection, stream: string, query: JsonRecord | string): Promise<StoredMessage | undefined> {
  const bySubject = typeof query === 'string';
  const doing = `read from ${stream}`;
  const subject = bySubject ? `$JS.API.DIRECT.GET.${stream}.${query}` : `$JS.API.DIRECT.GET.${stream}`;
  const message = await requestRaw(nc, subject, bySubject ? '' : JSON.stringify(query), doing, {});
  const stored = storedFromDirect(message);
  if (stored !== undefined) return stored;
  const { code, description } = readStatus(message.block);
  if (code === 404) return undefined;
  if (code === 503) throw unanswered(doing);
  throw new MessagingError('refused', `could not ${doing}: ${description} (${code})`);
}

/** A publish's outcome: stored at a sequence, or another's message is the subject's last. */
export type PublishOutcome = { readonly sequence: number; readonly duplicate: boolean } | { readonly conflict: number };

/** Publishes into a stream and waits for the acknowledgement; a failed expectation is an outcome, all else throws. */
export async function publishStored(
  nc: NatsConnection,
  subject: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
): Promise<PublishOutcome> {
  const doing = `store a message on ${subject}`;
  const reply = await request(nc, subject, body, doing, { headers });
  const answer = parseRecord(reply.body, 'the acknowledgement');
  const failure = failureOf(answer);
  if (failure === undefined) return { sequence: numberAt(answer, 'seq'), duplicate: answer['duplicate'] === true };
  if (isConflict(failure)) return { conflict: lastSequenceIn(failure) };
  throw apiError(failure, doing);
}

/** True when an expected last sequence was not the last. */
export function isConflict(failure: ApiFailure): boolean {
  return failure.errCode === apiCodes.wrongLastSequence || failure.errCode === apiCodes.wrongLastSequenceInBatch;
}

/** The sequence in "wrong last sequence: N", 0 when it names none. */
export function lastSequenceIn(failure: ApiFailure): number {
  return Number(/(\d+)\s*$/.exec(failure.description)?.[1] ?? 0);
}

export interface StreamState {
  readonly messages: number;
  readonly bytes: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly config: JsonRecord;
}

/** A stream's state and configuration; undefined when it does not exist. */
export async function streamState(nc: NatsConnection, stream: string): Promise<StreamState | undefined> {
  const { answer, failure } = await callApi(nc, `STREAM.INFO.${stream}`, undefined, `look at ${stream}`);
  if (failure?.errCode === apiCodes.streamNotFound) return undefined;
  if (failure !== undefined) throw apiError(failure, `look at ${stream}`);
  const state = recordAt(answer, 'state');
  return {
    messages: numberAt(state, 'messages'),
    bytes: numberAt(state, 'bytes'),
    firstSequence: numberAt(state, 'first_seq'),
    lastSequence: numberAt(state, 'last_seq'),
    config: recordAt(answer, 'config'),
  };
}
