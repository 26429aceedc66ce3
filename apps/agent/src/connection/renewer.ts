import { askOnce } from '@kanade/messaging';
import type { AgentConnection } from '@kanade/messaging';
import type { RenewRequest } from '@kanade/messages';
import { jittered } from '../clock/clock.ts';
import type { Clock, Timer } from '../clock/clock.ts';
import type { BrokerAccess, Identity } from '../identity/identity.ts';
import type { Witness } from '../identity/witness.ts';
import type { Log } from '../log.ts';
import type { ChainPlace } from '../outbox/event-outbox.ts';
import { readRenewAnswer } from '../messages.ts';
import { agentVersion } from '../version.ts';
import type { BackendTime } from './backend-time.ts';
import { issuerOf, lifetimeOf } from './credentials.ts';

/** The backend may be away while the broker is there; the keys pinned before go on counting meanwhile. */
const retryMs = 15_000;
/** A connection may live longer than a JWT's half. */
const routineMs = 6 * 3_600_000;
const soonestMs = 1_000;
/** For the same unknown key the backend is not asked more often. */
const askAgainMs = 10_000;

interface Options {
  readonly identity: Pick<Identity, 'stored' | 'ways' | 'keyset' | 'pinKeyset' | 'takeCredentials'>;
  readonly backendTime: BackendTime;
  readonly witness: Pick<Witness, 'kept' | 'look'>;
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
  /** Unknown keys that the backend was asked about: when (steady clock, ms), and whether it answered. */
  readonly #learning = new Map<string, { readonly at: number; readonly answered: Promise<boolean> }>();

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

  /** Asks again for the newest keys because of one that is not known; false when the backend did not answer. */
  async learnKey(keyId: string): Promise<boolean> {
    const now = this.#options.clock.monotonic();
    for (const [id, { at }] of this.#learning) if (now - at > askAgainMs) this.#learning.delete(id);
    const learning = this.#learning.get(keyId) ?? { at: now, answered: this.#askAnew() };
    this.#learning.set(keyId, learning);
    const answered = await learning.answered;
    if (!answered) this.#learning.delete(keyId);
    return answered;
  }

  async #askAnew(): Promise<boolean> {
    // What is under way may have been answered before that key was made.
    await this.#attempt;
    if (!this.#connection) return false;
    this.ask();
    await this.#attempt;
    return this.#answered;
  }

  /** Where this endpoint's chain ends in the record; null when the record has nothing of it, undefined while the backend does not answer or does not know. */
  async chainEnd(): Promise<ChainPlace | null | undefined> {
    const { clock, log } = this.#options;
    const askedAt = clock.monotonic();
    try {
      const answer = await this.#connection?.renew(this.#request({ renew: false, chain: true }));
      return answer && this.#take(answer, askedAt).chain;
    } catch (error) {
      log.debug({ err: error }, 'the backend does not say where the chain of this endpoint ends');
      return undefined;
    }
  }

  /** Asks the backend by another way than the present one; throws why that way is no good. */
  async askBy({ urls, ca }: BrokerAccess): Promise<void> {
    const { identity, clock } = this.#options;
    const { endpointId, keys } = identity.stored;
    const askedAt = clock.monotonic();
    this.#take(await askOnce({ urls, ca, endpointId, credentials: () => ({ jwt: identity.stored.jwt, seed: keys.nkeySeed }) }, this.#request({ renew: false })), askedAt);
  }

  /** Public NKeys that signed the JWTs at hand. */
  issuers(): string[] {
    const { jwt, renewalJwt } = this.#options.identity.stored;
    return [issuerOf(jwt), issuerOf(renewalJwt)];
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
    for (const way of this.#options.identity.ways) if (await this.#renewBy(way)) return true;
    return false;
  }

  async #renewBy({ urls, ca }: BrokerAccess): Promise<boolean> {
    const { identity, log, clock } = this.#options;
    const { endpointId, renewalJwt, keys } = identity.stored;
    const askedAt = clock.monotonic();
    try {
      const credentials = () => ({ jwt: renewalJwt, seed: keys.nkeySeed });
      this.#take(await askOnce({ urls, ca, endpointId, credentials }, this.#request({ renew: true })), askedAt);
      return true;
    } catch (error) {
      log.warn({ err: error, urls }, 'this endpoint was away longer than its JWT lives, and could not renew it yet');
      return false;
    }
  }

  async #askNow(connection: Pick<AgentConnection, 'renew' | 'reconnect'>): Promise<boolean> {
    const { identity, backendTime, clock, log } = this.#options;
    const due = lifetimeOf(identity.stored.jwt).renewFrom <= backendTime.now();
    const askedAt = clock.monotonic();
    try {
      const { renewed } = this.#take(await connection.renew(this.#request({ renew: due })), askedAt);
      // A living connection keeps the JWT it came with; only a new one shows the new one.
      if (renewed) await connection.reconnect();
      return true;
    } catch (error) {
      log.debug({ err: error }, 'the backend did not answer; the keys known so far go on counting');
      return false;
    }
  }

  #request(wanted: Pick<RenewRequest, 'renew' | 'chain'>): Uint8Array {
    const { kept } = this.#options.witness;
    const request: RenewRequest = { ...wanted, keysetVersion: this.#options.identity.keyset.version, issuers: this.issuers(), agentVersion, checkpoint: kept === undefined ? null : { incarnation: kept.incarnation, size: kept.size } };
    return Buffer.from(JSON.stringify(request));
  }

  /** Takes an answer; `renewed` when there were new JWTs in it. */
  #take(body: Uint8Array, askedAt: number): { readonly renewed: boolean; readonly chain: ChainPlace | null | undefined } {
    const { identity, backendTime, log } = this.#options;
    const answer = readRenewAnswer(body);
    if (!answer) throw new Error('the backend answered something this agent does not understand');
    if ('error' in answer) throw new Error(`${answer.error.message} (${answer.error.code})`);
    const keyset = identity.pinKeyset(answer.keyset);
    // Whoever cannot show our keys cannot tell us the time or give us credentials either.
    if (keyset === 'refused') throw new Error('the answer carries a keyset that the pinned root key did not sign, or an older one');
    backendTime.set(Date.parse(answer.time), askedAt);
    if (keyset === 'pinned') log.info({ version: identity.keyset.version }, 'took a newer keyset');
    if (answer.witness !== undefined) this.#options.witness.look(answer.witness);
    if (answer.credentials) {
      identity.takeCredentials(answer.credentials);
      log.info('took new credentials');
    }
    return { renewed: answer.credentials !== null, chain: answer.chain };
  }
}
