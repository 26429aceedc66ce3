import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, credsAuthenticator } from '@nats-io/transport-node';
import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import type { Runtime } from '../installation.ts';

const stateSchema = z.looseObject({ messages: z.int(), last_seq: z.int(), subjects: z.record(z.string(), z.int()).optional() });
const streamSchema = z.looseObject({ config: z.looseObject({ name: z.string() }), state: stateSchema });
const streamListSchema = z.looseObject({ total: z.int(), streams: z.array(streamSchema) });
const lastSchema = z.looseObject({ message: z.looseObject({ seq: z.int(), subject: z.string(), hdrs: z.string().optional(), data: z.string().optional() }) });
const failureSchema = z.looseObject({ error: z.looseObject({ code: z.literal(404) }) });
const consumersSchema = z.looseObject({ consumers: z.array(z.looseObject({ name: z.string(), num_pending: z.int(), num_ack_pending: z.int(), delivered: z.unknown(), ack_floor: z.unknown() })) });

export type StreamConfig = z.infer<typeof streamSchema>['config'];

/** All that a stream holds, short: how much, and for each subject its last message's sequence and digest. */
export interface StreamPicture {
  readonly messages: number;
  readonly lastSequence: number;
  readonly last: Readonly<Record<string, string>>;
}

/** A message as a stream keeps it. */
export interface KeptMessage {
  readonly sequence: number;
  readonly subject: string;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

function keptMessage({ message: { seq, subject, hdrs, data } }: z.infer<typeof lastSchema>): KeptMessage {
  const lines = Buffer.from(hdrs ?? '', 'base64').toString().split('\r\n').slice(1);
  const headers = lines.flatMap((line) => {
    const [name, ...value] = line.split(':');
    return name === undefined || name === '' ? [] : [[name, value.join(':').trim()] as const];
  });
  return { sequence: seq, subject, body: Buffer.from(data ?? '', 'base64'), headers: Object.fromEntries(headers) };
}

/** A plain client with a `.creds` file, as anybody who stole it would make one. */
export async function plainClient(natsUrl: string, credsFile: string, inboxPrefix: string): Promise<NatsConnection> {
  return connect({ servers: natsUrl, authenticator: credsAuthenticator(readFileSync(credsFile)), inboxPrefix, reconnect: false, ignoreClusterUpdates: true });
}

/** The administrator of CORE, who sees everything that passes there and everything that is stored. */
export class Observer {
  readonly nc: NatsConnection;
  /** Subjects of the messages that passed, in order, since it was last cleared. */
  readonly seen: string[] = [];

  private constructor(nc: NatsConnection) {
    this.nc = nc;
    nc.subscribe('>', { callback: (_error, { subject }) => void this.seen.push(subject) });
  }

  static async connect({ natsUrl, natsAdminCreds }: Runtime): Promise<Observer> {
    const observer = new Observer(await plainClient(natsUrl, natsAdminCreds, '_INBOX.observer'));
    await observer.nc.flush();
    return observer;
  }

  async #api<Schema extends z.ZodType>(schema: Schema, name: string, body: unknown = {}): Promise<z.infer<Schema>> {
    return schema.parse((await this.nc.request(`$JS.API.${name}`, JSON.stringify(body), { timeout: 5000 })).json());
  }

  /** The configuration of every stream there is, by name. */
  async configurations(): Promise<Map<string, StreamConfig>> {
    const { streams, total } = await this.#api(streamListSchema, 'STREAM.LIST');
    if (streams.length !== total) throw new Error(`${total} streams do not fit in one answer`);
    return new Map(streams.map(({ config }) => [config.name, config]));
  }

  /** What every stream holds, key-value and object buckets among them. */
  async picture(): Promise<Record<string, StreamPicture>> {
    const picture: Record<string, StreamPicture> = {};
    for (const name of (await this.configurations()).keys()) {
      const { state } = await this.#api(streamSchema, `STREAM.INFO.${name}`, { subjects_filter: '>' });
      const last: Record<string, string> = {};
      for (const subject of Object.keys(state.subjects ?? {}).sort()) {
        const { message } = await this.#api(lastSchema, `STREAM.MSG.GET.${name}`, { last_by_subj: subject });
        last[subject] = `${message.seq} ${createHash('sha256').update(message.data ?? '').digest('hex')}`;
      }
      picture[name] = { messages: state.messages, lastSequence: state.last_seq, last };
    }
    return picture;
  }

  /** The newest message of a subject. */
  async last(stream: string, subject: string): Promise<KeptMessage> {
    return keptMessage(await this.#api(lastSchema, `STREAM.MSG.GET.${stream}`, { last_by_subj: subject }));
  }

  /** Every message of a stream on subjects that fit, oldest first. */
  async all(stream: string, subject: string): Promise<KeptMessage[]> {
    const found: KeptMessage[] = [];
    for (let seq = 1; ; ) {
      const answer = await this.#api(z.union([lastSchema, failureSchema]), `STREAM.MSG.GET.${stream}`, { seq, next_by_subj: subject });
      if ('error' in answer) return found;
      const message = keptMessage(answer);
      found.push(message);
      seq = message.sequence + 1;
    }
  }

  /** How far each endpoint's queue has been read. */
  async queues(): Promise<Record<string, unknown>> {
    const { consumers } = await this.#api(consumersSchema, 'CONSUMER.LIST.KANADE_COMMANDS');
    return Object.fromEntries(consumers.map(({ name, num_pending, num_ack_pending, delivered, ack_floor }) => [name, { num_pending, num_ack_pending, delivered, ack_floor }]));
  }
}
