import { connectAgent } from '@kanade/messaging';
import type { AgentConnection, CommandHandlers, LiveMessageIn, Stoppable } from '@kanade/messaging';
import { jittered, pause } from '../clock/clock.ts';
import type { Clock, Timer } from '../clock/clock.ts';
import type { Identity } from '../identity/identity.ts';
import type { Log } from '../log.ts';
import { BackOff } from '../outbox/back-off.ts';
import type { BackendTime } from './backend-time.ts';
import type { Renewer } from './renewer.ts';

/** How often the line is looked after. */
const lookEveryMs = 15_000;
/** A line on which nothing was answered for two of these is torn down. */
const probeEveryMs = 60_000;
const probeTimeoutMs = 15_000;
/** Away this long, the way the endpoint had before is tried, and then each in turn. */
const tryOtherWayAfterMs = 20_000;
/** Away this long, the broker may not believe our JWT any more, whatever we think of its end. */
const doubtJwtAfterMs = 120_000;

interface Options {
  readonly identity: Identity;
  readonly renewer: Renewer;
  readonly backendTime: BackendTime;
  readonly clock: Clock;
  readonly log: Log;
  readonly commands: CommandHandlers;
  readonly answerAsk: (question: string, message: LiveMessageIn) => Promise<Uint8Array | undefined>;
  readonly onUp: () => void;
  readonly onDown: () => void;
  readonly connect?: typeof connectAgent;
}

/** The one connection to the broker: made for ever, looked after, torn down when it falls silent. */
export class Uplink {
  readonly #options: Options;
  readonly #subscriptions: Stoppable[] = [];
  #connection: AgentConnection | undefined;
  #up = false;
  #stopped = false;
  #taking = true;
  /** Which of the ways is in use, and whether it is being changed. */
  #way = 0;
  #changingWay = false;
  #downSince: number;
  #probedAt = 0;
  #unanswered = 0;
  #looking: Timer | undefined;

  constructor(options: Options) {
    this.#options = options;
    this.#downSince = options.clock.monotonic();
  }

  get up(): boolean {
    return this.#up;
  }

  /** The connection, for what needs an answer; throws while there is none. */
  get connection(): AgentConnection {
    if (!this.#connection) throw new Error('not connected yet');
    return this.#connection;
  }

  start(): void {
    void this.#useWay(0);
    this.#lookLater();
  }

  /** Publishes something that is worth nothing later. */
  fleeting(publish: (connection: AgentConnection) => void): void {
    if (!this.#connection || !this.#up) return;
    try {
      publish(this.#connection);
    } catch (error) {
      this.#options.log.debug({ err: error }, 'a passing message was not sent');
    }
  }

  /** Takes no more commands or questions; what is to be sent still goes. */
  stopTaking(): void {
    this.#taking = false;
    this.#letGo();
  }

  #letGo(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.stop();
  }

  async close(): Promise<void> {
    this.#stopped = true;
    this.#looking?.cancel();
    this.stopTaking();
    await this.#connection?.close();
  }

  /** Leaves the present connection for one by the best way there is; what was under way is done again there. */
  async useBestWay(): Promise<void> {
    await this.#useWay(0);
  }

  async #useWay(way: number): Promise<void> {
    if (this.#stopped || this.#changingWay) return;
    this.#changingWay = true;
    try {
      const old = this.#connection;
      this.#way = way;
      this.#letGo();
      this.#wentDown();
      await old?.close();
      await this.#connect();
    } finally {
      this.#changingWay = false;
    }
  }

  async #connect(): Promise<void> {
    const { identity, renewer, clock, log, connect = connectAgent } = this.#options;
    const { endpointId, keys } = identity.stored;
    const { urls, ca } = identity.ways[this.#way] ?? identity.stored;
    const backOff = new BackOff(clock);
    while (!this.#stopped) {
      try {
        if (renewer.mainJwtEnded()) await renewer.renewFromOutside();
        const connection = await connect({ urls, ca, endpointId, credentials: () => ({ jwt: identity.stored.jwt, seed: keys.nkeySeed }) });
        if (this.#isStopped()) await connection.close();
        else this.#take(connection);
        return;
      } catch (error) {
        log.warn({ err: error }, 'no connection to the broker; trying again');
        await backOff.wait();
      }
    }
  }

  #isStopped(): boolean {
    return this.#stopped;
  }

  #take(connection: AgentConnection): void {
    const { commands, answerAsk } = this.#options;
    this.#connection = connection;
    connection.onDisconnect(() => {
      if (this.#connection === connection) this.#wentDown();
    });
    connection.onConnect(() => this.#cameUp(connection));
    if (this.#taking) this.#subscriptions.push(connection.consumeCommands(commands), connection.answerAsks(answerAsk));
  }

  #cameUp(connection: AgentConnection): void {
    const { log, renewer, onUp } = this.#options;
    log.info('connected');
    this.#up = true;
    this.#unanswered = 0;
    renewer.connected(connection);
    onUp();
  }

  #wentDown(): void {
    const { log, renewer, onDown, clock } = this.#options;
    if (!this.#up) return;
    log.info('disconnected; work goes on, facts wait in the outbox');
    this.#up = false;
    this.#downSince = clock.monotonic();
    renewer.disconnected();
    onDown();
    // Cut off because the JWT ended: no point in knocking with it again.
    if (renewer.mainJwtEnded()) void renewer.renewFromOutside();
  }

  #lookLater(): void {
    this.#looking = this.#options.clock.after(jittered(lookEveryMs), () => {
      void this.#look().finally(() => {
        if (!this.#stopped) this.#lookLater();
      });
    });
  }

  async #look(): Promise<void> {
    const { clock, backendTime, renewer, identity } = this.#options;
    const jumped = backendTime.jumped();
    if (!this.#up) {
      const away = clock.monotonic() - this.#downSince;
      const denied = this.#connection?.lastFailure?.code === 'denied';
      if (renewer.mainJwtEnded() || denied || away > doubtJwtAfterMs) {
        this.#downSince = clock.monotonic();
        await renewer.renewFromOutside();
      }
      const { length } = identity.ways;
      if (away > tryOtherWayAfterMs && length > 1) await this.#useWay((this.#way + 1) % length);
      return;
    }
    if (jumped) renewer.ask();
    if (!jumped && clock.monotonic() - this.#probedAt < probeEveryMs) return;
    await this.#probe();
    if (this.#way > 0) await this.#returnToBestWay();
  }

  /** On the way kept for need: back to the best one as soon as it answers again. */
  async #returnToBestWay(): Promise<void> {
    const { identity, renewer, log } = this.#options;
    const [best] = identity.ways;
    if (best === undefined) return;
    try {
      await renewer.askBy(best);
    } catch (error) {
      log.debug({ err: error }, 'the best way to the broker does not answer yet');
      return;
    }
    await this.#useWay(0);
  }

  /** Asks for something the broker must answer: a line can be dead without anyone closing it. */
  async #probe(): Promise<void> {
    const { clock, log } = this.#options;
    const connection = this.#connection;
    if (!connection) return;
    this.#probedAt = clock.monotonic();
    const limit = new AbortController();
    const answered = connection.readLastEvent().then(
      () => true,
      () => false,
    );
    const alive = await Promise.race([answered, pause(clock, probeTimeoutMs, limit.signal).then(() => false)]);
    limit.abort();
    this.#unanswered = alive ? 0 : this.#unanswered + 1;
    if (this.#unanswered < 2 || !this.#up || this.#stopped) return;
    this.#unanswered = 0;
    log.warn('the connection is silent; making it anew');
    await connection.reconnect().catch((error: unknown) => log.debug({ err: error }, 'the connection could not be made anew at once'));
  }
}
