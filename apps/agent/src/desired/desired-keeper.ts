import { headers as headerNames } from '@kanade/contracts';
import type { RunReason } from '@kanade/contracts';
import type { StoredMessage } from '@kanade/messaging';
import type { DesiredState } from '@kanade/messages';
import { jittered } from '../clock/clock.ts';
import type { Clock, Timer } from '../clock/clock.ts';
import type { BackendTime } from '../connection/backend-time.ts';
import { isSameWay } from '../identity/identity.ts';
import type { BrokerAccess, Identity } from '../identity/identity.ts';
import type { Log } from '../log.ts';
import { readJson } from '../messages.ts';
import type { EventOutbox } from '../outbox/event-outbox.ts';
import type { Store } from '../store/store.ts';
import { judgeDesiredState } from './judge-desired-state.ts';
import type { JudgedDesiredState, TakenDesiredState } from './judge-desired-state.ts';

/** What could not be brought about is tried again, and a nudge that was lost is made good, within about this. */
const lookAgainMs = 60_000;
const names = { taken: 'desired.taken', applied: 'desired.applied', failed: 'desired.failed', refused: 'desired.refused' } as const;

interface Options {
  readonly identity: Pick<Identity, 'stored' | 'keyset' | 'ways' | 'moveTo'>;
  readonly store: Store;
  readonly events: EventOutbox;
  readonly backendTime: Pick<BackendTime, 'now' | 'known'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly read: () => Promise<StoredMessage | undefined>;
  readonly heard: () => Promise<void>;
  readonly learnKey: (keyId: string) => Promise<boolean>;
  /** Asks the backend by another way; rejects with the reason when that way is no good. */
  readonly askBy: (way: BrokerAccess) => Promise<void>;
  /** Leaves the present connection for one by the best way. */
  readonly useBestWay: () => Promise<void>;
}

/** Keeps this endpoint as its desired state says: looked at with every connection, at every nudge and now and then. */
export class DesiredKeeper {
  readonly #options: Options;
  #timer: Timer | undefined;
  #looking = false;
  #lookAgain = false;
  #connected = false;

  constructor(options: Options) {
    this.#options = options;
  }

  connected(): void {
    this.#connected = true;
    this.look();
  }

  disconnected(): void {
    this.#connected = false;
    this.#timer?.cancel();
  }

  /** Looks now, or once more when it is looking already. */
  look(): void {
    if (!this.#connected) return;
    this.#lookAgain = this.#looking;
    if (this.#looking) return;
    this.#looking = true;
    this.#timer?.cancel();
    void this.#lookOnce().finally(() => {
      this.#looking = false;
      if (!this.#connected) return;
      if (this.#lookAgain) this.look();
      else this.#timer = this.#options.clock.after(jittered(lookAgainMs), () => this.look());
    });
  }

  async #lookOnce(): Promise<void> {
    const { log, read, heard } = this.#options;
    try {
      await heard();
      const message = await read();
      if (message === undefined) return;
      const judged = await this.#judge(message);
      if (judged.kind === 'refused') this.#refuse(message, judged);
      else await this.#bringAbout(judged);
    } catch (error) {
      log.debug({ err: error }, 'the desired state could not be looked at; it is tried again');
    }
  }

  /** A key that is new to us may be the backend's newest: it is asked before anything is refused. */
  async #judge(message: StoredMessage): Promise<JudgedDesiredState> {
    const { identity, backendTime, learnKey } = this.#options;
    const judge = () => judgeDesiredState(message, { endpointId: identity.stored.endpointId, keyset: identity.keyset, now: backendTime.now(), last: this.#taken() });
    const judged = judge();
    if (judged.kind !== 'refused') return judged;
    if (judged.reason.code === 'key-unknown' && !(await learnKey(message.headers[headerNames.key] ?? ''))) throw new Error('not judged before the backend tells its keys');
    if (!backendTime.known) throw new Error('not judged before the backend tells its time');
    return judge();
  }

  #refuse({ sequence: revision }: StoredMessage, { version, reason }: Extract<JudgedDesiredState, { kind: 'refused' }>): void {
    const { log } = this.#options;
    const told = this.#once(names.refused, `${revision} ${reason.code}`, { type: 'kanade.desired.refused.v1', data: { version, revision, reason } });
    if (told) log.warn({ revision, reason: reason.code }, 'refused a desired state');
  }

  async #bringAbout(judged: Extract<JudgedDesiredState, { kind: 'new' | 'known' }>): Promise<void> {
    const { identity, store, log, askBy, useBestWay } = this.#options;
    const { state } = judged;
    // Before anything is done: whatever comes of it, an older one is refused from here on.
    if (judged.kind === 'new') store.setMeta(names.taken, JSON.stringify(judged.taken));
    if (store.meta(names.applied) === String(state.version)) return;
    const { broker } = state;
    const [present] = identity.ways;
    if (broker !== null && (present === undefined || !isSameWay(present, broker))) {
      try {
        await askBy(broker);
      } catch (error) {
        this.#failed(state, error);
        return;
      }
      log.info({ urls: broker.urls }, 'the new way to the broker has answered; it is used from now on');
      identity.moveTo(broker, broker.keepOld);
      this.#applied(state);
      await useBestWay();
      return;
    }
    this.#applied(state);
  }

  #applied({ version }: DesiredState): void {
    const [way] = this.#options.identity.ways;
    this.#once(names.applied, String(version), { type: 'kanade.desired.applied.v1', data: { version, urls: [...(way?.urls ?? [])] } });
  }

  #failed({ version, broker }: DesiredState, error: unknown): void {
    const { log } = this.#options;
    log.warn({ err: error, urls: broker?.urls }, 'the new way to the broker does not answer; the old one stays, and it is tried again');
    const message = `The new way to the broker did not answer, and the old one stays: ${error instanceof Error ? error.message : String(error)}`.slice(0, 500);
    const reason: RunReason = { code: 'broker-unreachable', message };
    this.#once(names.failed, String(version), { type: 'kanade.desired.failed.v1', data: { version, reason } });
  }

  /** Tells a fact unless it was the last of its kind; true when it was told. */
  #once(name: string, mark: string, fact: Parameters<EventOutbox['append']>[0]): boolean {
    const { store, events } = this.#options;
    if (store.meta(name) === mark) return false;
    store.transaction(() => {
      store.setMeta(name, mark);
      events.append(fact);
    });
    return true;
  }

  #taken(): TakenDesiredState | undefined {
    const value = readJson(this.#options.store.meta(names.taken) ?? '');
    return isTaken(value) ? value : undefined;
  }
}

function isTaken(value: unknown): value is TakenDesiredState {
  return (
    typeof value === 'object' && value !== null && 'version' in value && typeof value.version === 'number' && 'revision' in value && typeof value.revision === 'number' &&
    'digest' in value && typeof value.digest === 'string'
  );
}
