import { subjects } from '@kanade/contracts';
import type { NatsConnection } from '@nats-io/nats-core';
import type { Stoppable } from '../core/types.ts';
import { MessagingError } from '../errors.ts';
import { expectationHeader } from '../wire/atomic-batch.ts';
import { openWire, transportsOf } from '../wire/connect.ts';
import { toMessagingError } from '../wire/failures.ts';
import { publishStored, request, toHeaders } from '../wire/jetstream.ts';
import { listen } from '../wire/listen.ts';
import { readDesired } from '../core/desired-states.ts';
import { watchConnection } from '../wire/status.ts';
import type { ConnectionWatch } from '../wire/status.ts';
import { appendEvents, readLastEvent } from './append.ts';
import { consumeCommands } from './commands.ts';
import type { AgentConnectOptions, AgentConnection, CommandHandlers, OutputChunk } from './types.ts';
import type { LiveMessageIn } from '../wire/message.ts';

type AskHandler = (question: string, message: LiveMessageIn) => Promise<Uint8Array | undefined>;

/** How often a lost connection is tried again before another transport is, where there is one. */
const triesPerTransport = 10;

/** One agent's connection: there from the start, connected as soon and as often as the broker lets it. */
class RunningAgentConnection implements AgentConnection {
  readonly endpointId: string;
  readonly #options: AgentConnectOptions;
  readonly #connects = new Set<() => void>();
  readonly #disconnects = new Set<() => void>();
  /** What has to be set up on the connection once it is there. */
  readonly #attachments = new Set<(nc: NatsConnection, watch: ConnectionWatch) => void>();
  /** What has been, and would otherwise go on trying. */
  readonly #kept = new Set<Stoppable>();
  #nc: NatsConnection | undefined;
  #watch: ConnectionWatch | undefined;
  #failure: MessagingError | undefined;
  #closed = false;
  #hurry = false;
  #retry: NodeJS.Timeout | undefined;
  /** Which of the transports is tried next. */
  #turn = 0;

  constructor(options: AgentConnectOptions) {
    this.#options = options;
    this.endpointId = options.endpointId;
  }

  get connected(): boolean {
    return this.#watch?.connected() === true;
  }

  get lastFailure(): MessagingError | undefined {
    return this.connected ? undefined : (this.#watch?.lastFailure() ?? this.#failure);
  }

  /** The first attempt; further ones follow by themselves. */
  async open(): Promise<void> {
    const { credentials, ca } = this.#options;
    const transports = transportsOf(this.#options.urls);
    try {
      const nc = await openWire({
        urls: transports[this.#turn % transports.length] ?? [],
        name: `agent ${this.endpointId}`,
        inboxPrefix: subjects.inbox(this.endpointId),
        credentials,
        ca,
        reconnect: true,
        hurry: () => this.#hurry,
        // Where there is another way, the one that is blocked now is not tried for ever.
        ...(transports.length > 1 ? { maxReconnects: triesPerTransport } : {}),
      });
      if (this.#closed) {
        await nc.close();
        return;
      }
      this.#attach(nc);
    } catch (error) {
      this.#failure = toMessagingError(error, 'connect to the broker');
      if (this.#closed) return;
      this.#turn += 1;
      // Another transport may get through at once; only when all have failed is it time to wait.
      const delay = this.#turn % transports.length === 0 ? 1000 + Math.random() * 4000 : 0;
      this.#retry = setTimeout(() => void this.open(), delay);
    }
  }

  #attach(nc: NatsConnection): void {
    const watch = watchConnection(nc);
    this.#nc = nc;
    this.#watch = watch;
    watch.onReconnect(() => fire(this.#connects));
    watch.onDisconnect(() => fire(this.#disconnects));
    for (const attach of this.#attachments) attach(nc, watch);
    fire(this.#connects);
    void nc.closed().then(() => this.#startAnew());
  }

  /** The client has given this transport up: the next one, with everything set up on it again. */
  #startAnew(): void {
    if (this.#closed) return;
    this.#turn += 1;
    this.#nc = undefined;
    this.#watch = undefined;
    void this.open();
  }

  #live(doing: string): NatsConnection {
    if (this.#nc === undefined || !this.connected) throw new MessagingError('disconnected', `could not ${doing}: the broker is away`);
    return this.#nc;
  }

  onConnect(listener: () => void): () => void {
    this.#connects.add(listener);
    if (this.connected) listener();
    return () => void this.#connects.delete(listener);
  }

  onDisconnect(listener: () => void): () => void {
    this.#disconnects.add(listener);
    return () => void this.#disconnects.delete(listener);
  }

  async appendEvents(entries: Parameters<AgentConnection['appendEvents']>[0], expectedLastSequence: number) {
    return appendEvents(this.#live('append events'), this.endpointId, entries, expectedLastSequence);
  }

  async readLastEvent() {
    return readLastEvent(this.#live('read the last event'), this.endpointId);
  }

  async readDesired() {
    return readDesired(this.#live('read the desired state'), this.endpointId);
  }

  async publishOutput(chunk: OutputChunk): Promise<void> {
    const nc = this.#live('store output');
    // "Wrong last sequence" means that an earlier try had stored it.
    await publishStored(nc, subjects.output(this.endpointId, chunk.runId, chunk.stream, chunk.chunk), chunk.body, {
      ...chunk.headers,
      [expectationHeader]: '0',
    });
  }

  publishSample(body: Uint8Array): void {
    this.#tell(subjects.metrics(this.endpointId), body, {});
  }

  publishBeat(body: Uint8Array): void {
    this.#tell(subjects.presence(this.endpointId), body, {});
  }

  publishLive(runId: string, stream: 'stdout' | 'stderr', headers: Readonly<Record<string, string>>, body: Uint8Array): void {
    this.#tell(subjects.liveOutput(this.endpointId, runId, stream), body, headers);
  }

  #tell(subject: string, body: Uint8Array, headers: Readonly<Record<string, string>>): void {
    if (this.connected) this.#nc?.publish(subject, body, { headers: toHeaders(headers) });
  }

  consumeCommands(handlers: CommandHandlers): Stoppable {
    return this.#keep((nc, watch) => consumeCommands(nc, watch, this.endpointId, handlers));
  }

  answerAsks(handler: AskHandler): Stoppable {
    return this.#keep((nc) => {
      const stop = listen(nc, subjects.ask(this.endpointId, 'x').replace(/x$/, '*'), {
        onMessage: (message) => {
          // Only what came through the account border carries such a reply; nobody else is answered.
          if (!message.reply.startsWith('_R_.')) return;
          const asked = { subject: message.subject, headers: message.headers, body: message.body };
          const answer = handler(message.subject.split('.').at(-1) ?? '', asked);
          void answer.then(
            (body) => body !== undefined && message.respond(body),
            () => undefined,
          );
        },
      });
      return { stop };
    });
  }

  /** Sets something up on the connection, now or as soon as it is there. */
  #keep(set: (nc: NatsConnection, watch: ConnectionWatch) => Stoppable): Stoppable {
    let running: Stoppable | undefined;
    const attach = (nc: NatsConnection, watch: ConnectionWatch) => {
      running?.stop();
      running = set(nc, watch);
    };
    this.#attachments.add(attach);
    if (this.#nc !== undefined && this.#watch !== undefined) attach(this.#nc, this.#watch);
    const kept = {
      stop: () => {
        this.#kept.delete(kept);
        this.#attachments.delete(attach);
        running?.stop();
      },
    };
    this.#kept.add(kept);
    return kept;
  }

  async renew(body: Uint8Array, timeoutMs = 10_000): Promise<Uint8Array> {
    return (await request(this.#live('renew'), subjects.renew(this.endpointId), body, 'renew', { timeoutMs })).body;
  }

  async reconnect(): Promise<void> {
    const nc = this.#live('reconnect');
    this.#hurry = true;
    try {
      const back = new Promise<void>((resolve) => {
        const forget = this.#watch?.onReconnect(() => {
          forget?.();
          resolve();
        });
      });
      await nc.reconnect();
      await back;
    } finally {
      this.#hurry = false;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const { stop } of [...this.#kept]) stop();
    await this.#nc?.close();
  }
}

function fire(listeners: ReadonlySet<() => void>): void {
  for (const listener of [...listeners]) listener();
}

/**
 * Opens an agent's connection. Resolves after the first attempt, whether it succeeded or not: an agent works without the broker, and the
 * connection keeps trying; until then its methods throw `disconnected`.
 */
export async function connectAgent(options: AgentConnectOptions): Promise<AgentConnection> {
  const connection = new RunningAgentConnection(options);
  await connection.open();
  return connection;
}
