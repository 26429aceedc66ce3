import { renewWithRenewalJwt } from '@kanade/messaging';
import type { AgentConnection } from '@kanade/messaging';
import type { RenewRequest } from '@kanade/messages';
import { jittered } from '../clock/clock.ts';
import type { Clock, Timer } from '../clock/clock.ts';
import type { Identity } from '../identity/identity.ts';
import type { Log } from '../log.ts';
import { readRenewAnswer } from '../messages.ts';
import { agentVersion } from '../version.ts';
import type { BackendTime } from './backend-time.ts';
import { lifetimeOf } from './credentials.ts';

/** The backend may be away while the broker is there; the keys pinned before go on counting meanwhile. */
const retryMs = 15_000;
/** A connection may live longer than a JWT's half. */
const routineMs = 6 * 3_600_000;
const soonestMs = 1_000;

interface Options {
  readonly identity: Pick<Identity, 'stored' | 'keyset' | 'pinKeyset' | 'takeCredentials'>;
  readonly backendTime: BackendTime;
  readonly clock: Clock;
  readonly log: Log;
}

/** Fetches keyset, time and, from half their life on, new JWTs: at the start of every connection and now and then in it. */
export class Renewer {
  readonly #options: Options;
  #connection: Pick<AgentConnection, 'renew' | 'reconnect'> | undefined;
  #timer: Timer | undefined;
  #asking = false;
  #attempt: Promise<void> | undefined;
  #answered = true;

  constructor(options: Options) {
    this.#options = options;
  }

  connected(connection: Pick<AgentConnection, 'renew' | 'reconnect'>): void {
    this.#connection = connection;
    this.ask();
  }

  disconnected(): void {
    this.#connection = undefined;
    this.#timer?.cancel();
  }

  ask(): void {
    if (this.#asking || !this.#connection) return;
    this.#asking = true;
    this.#timer?.cancel();
    this.#attempt = this.#askNow(this.#connection).then((answered) => {
      this.#asking = false;
      this.#answered = answered;
      if (!this.#connection) return;
      this.#timer = this.#options.clock.after(answered ? this.#untilNext() : jittered(retryMs), () => this.ask());
    });
  }

  /** Resolves once the backend told its keys and time on this connection, or was found not to answer. */
  async heard(): Promise<void> {
    // Asked again when somebody set the clock since; a backend that is away is asked now and then anyway.
    if (!this.#options.backendTime.known && this.#answered) this.ask();
    await this.#attempt;
  }

  #untilNext(): number {
    const { identity, backendTime } = this.#options;
    const untilDue = lifetimeOf(identity.stored.jwt).renewFrom - backendTime.now();
    return Math.min(jittered(routineMs), Math.max(untilDue, soonestMs));
  }

  /** True when the JWT has ended, so that the broker would not let it in. */
  mainJwtEnded(): boolean {
    const { identity, backendTime } = this.#options;
    return lifetimeOf(identity.stored.jwt).endsAt <= backendTime.now();
  }

  /** Asks for new JWTs with the renewal JWT, the key to the door of those who were away too long. */
  async renewFromOutside(): Promise<boolean> {
    const { identity, log, clock } = this.#options;
    const { urls, ca, endpointId, renewalJwt, keys } = identity.stored;
    const askedAt = clock.monotonic();
    try {
      const credentials = () => ({ jwt: renewalJwt, seed: keys.nkeySeed });
      this.#take(await renewWithRenewalJwt({ urls, ca, endpointId, credentials }, this.#request(true)), askedAt);
      return true;
    } catch (error) {
      log.warn({ err: error }, 'this endpoint was away longer than its JWT lives, and could not renew it yet');
      return false;
    }
  }

  async #askNow(connection: Pick<AgentConnection, 'renew' | 'reconnect'>): Promise<boolean> {
    const { identity, backendTime, clock, log } = this.#options;
    const due = lifetimeOf(identity.stored.jwt).renewFrom <= backendTime.now();
    const askedAt = clock.monotonic();
    try {
      const renewed = this.#take(await connection.renew(this.#request(due)), askedAt);
      // A living connection keeps the JWT it came with; only a new one shows the new one.
      if (renewed) await connection.reconnect();
      return true;
    } catch (error) {
      log.debug({ err: error }, 'the backend did not answer; the keys known so far go on counting');
      return false;
    }
  }

  #request(renew: boolean): Uint8Array {
    const request: RenewRequest = { renew, keysetVersion: this.#options.identity.keyset.version, agentVersion };
    return Buffer.from(JSON.stringify(request));
  }

  /** Takes an answer; true when there were new JWTs in it. */
  #take(body: Uint8Array, askedAt: number): boolean {
    const { identity, backendTime, log } = this.#options;
    const answer = readRenewAnswer(body);
    if (!answer) throw new Error('the backend answered something this agent does not understand');
    if ('error' in answer) throw new Error(`${answer.error.message} (${answer.error.code})`);
    const keyset = identity.pinKeyset(answer.keyset);
    // Whoever cannot show our keys cannot tell us the time or give us credentials either.
    if (keyset === 'refused') throw new Error('the answer carries a keyset that the pinned root key did not sign, or an older one');
    backendTime.set(Date.parse(answer.time), askedAt);
    if (keyset === 'pinned') log.info({ version: identity.keyset.version }, 'took a newer keyset');
    if (!answer.credentials) return false;
    identity.takeCredentials(answer.credentials);
    log.info('took new credentials');
    return true;
  }
}
