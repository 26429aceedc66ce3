import { setTimeout as pause } from 'node:timers/promises';
import { configureApi, createSessionToken, getStatus } from '@kanade/api-client';
import { createServerKeys } from '@kanade/messaging';
import { startTestBroker } from '@kanade/messaging/testing';
import type { TestBroker } from '@kanade/messaging/testing';
import { adminPassword, startBuiltBackend } from '@kanade/test-system';
import type { BuiltBackend } from '@kanade/test-system';
import { until } from '../until.ts';

const leads = 'This replica runs the process managers.';

/** One of two, with a data directory of its own; undefined while it is down. */
interface Replica {
  readonly dataDir: string;
  backend: BuiltBackend | undefined;
}

/** Two built backends on one broker. */
export class Pair {
  readonly broker: TestBroker;
  /** When a leader was killed, Unix ms. */
  readonly kills: number[] = [];
  readonly #replicas: readonly Replica[];
  readonly #token: string;
  #returning: Promise<void> = Promise.resolve();

  private constructor(broker: TestBroker, replicas: readonly Replica[], token: string) {
    this.broker = broker;
    this.#replicas = replicas;
    this.#token = token;
  }

  static async start(): Promise<Pair> {
    const broker = await startTestBroker();
    createServerKeys(broker.keysDir);
    const replicas: Replica[] = [];
    for (const dataDir of [broker.dataDir, broker.replicaDirectory()]) replicas.push({ dataDir, backend: await start(broker, dataDir) });
    configureApi({ baseUrl: replicas[0]?.backend?.url ?? '' });
    const { token } = await createSessionToken({ username: 'admin', password: adminPassword(broker).password, name: 'two backends' });
    return new Pair(broker, replicas, token);
  }

  /** Everything asked of the API from now on is asked of one that is up. */
  useAny(): void {
    const up = this.#up();
    this.#use(up[Math.floor(Math.random() * up.length)]);
  }

  /** Asks each of the two, one after the other. */
  async each<Answer>(ask: () => Promise<Answer>): Promise<Answer[]> {
    const answers: Answer[] = [];
    for (const backend of this.#up()) {
      this.#use(backend);
      answers.push(await ask());
    }
    return answers;
  }

  /** `kill -9` for the one that leads, once both are up and one of them does; it is started again after `downMs`. */
  async killLeader(downMs: number): Promise<void> {
    await this.#returning;
    const leader = await until('one of the two to lead', () => this.#leader());
    await leader.backend?.kill();
    leader.backend = undefined;
    this.kills.push(Date.now());
    this.#returning = this.#return(leader, downMs);
  }

  /** Waits until both are up. */
  async whole(): Promise<void> {
    await this.#returning;
  }

  async stop(): Promise<void> {
    await this.#returning.catch(() => undefined);
    for (const { backend } of this.#replicas) await backend?.stop();
    await this.broker.stop();
  }

  async #return(replica: Replica, downMs: number): Promise<void> {
    await pause(downMs);
    replica.backend = await start(this.broker, replica.dataDir);
  }

  async #leader(): Promise<Replica | undefined> {
    for (const replica of this.#replicas) {
      this.#use(replica.backend);
      if ((await getStatus()).checks.lease.detail === leads) return replica;
    }
    return undefined;
  }

  #up(): BuiltBackend[] {
    return this.#replicas.flatMap(({ backend }) => (backend === undefined ? [] : [backend]));
  }

  #use(backend: BuiltBackend | undefined): void {
    if (backend === undefined) throw new Error('neither backend is up');
    configureApi({ baseUrl: backend.url, token: this.#token });
  }
}

const start = (broker: TestBroker, dataDir: string) => startBuiltBackend(broker, { dataDir, environment: { KANADE_APPROVAL_ENDPOINTS: 'off' } });
