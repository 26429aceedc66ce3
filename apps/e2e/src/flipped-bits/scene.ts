import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configureApi, createEnrolmentToken, createExecution, createSessionToken, getExecution, getStatus } from '@kanade/api-client';
import { streams } from '@kanade/contracts';
import { createServerKeys } from '@kanade/messaging';
import { readEnrolmentToken, startTestBroker, TestAgent } from '@kanade/messaging/testing';
import type { TakenCommand, TestBroker } from '@kanade/messaging/testing';
import { adminPassword, startBuiltBackend } from '@kanade/test-system';
import type { BuiltBackend } from '@kanade/test-system';
import type { Chance } from '../random-kills/chance.ts';
import { untilWell } from '../random-kills/load.ts';
import { until } from '../until.ts';
import { fillThreeBlocks, smallBrokerBytes } from './fat-history.ts';
import { blocksFolder, MessageBlocks } from './message-blocks.ts';
import type { Damage, Way } from './ways.ts';

const endpoints = 3;
const executions = 5;
/** How long a backend that says all is well may take to notice. */
const patienceMs = 1500;
/** How long one may take to say that all is well, or what is not. */
const startMs = 20_000;
/** What the backend says of a record that is not what it was: in its log, its status, or as the reason why it is not ready. */
const noticed = /[^".]*\b(?:lacks|begins at|ends at|is wanted|was folded and is gone|has another message|another history|gave \d+ where|is damaged|missing in the broker|not the same in the broker|has another event)\b[^"]*/;

/** What came of a way to damage the record. */
export interface Finding {
  readonly name: string;
  readonly damage: Damage;
  /** The words by which it was noticed. */
  readonly words: string | undefined;
  /** Whether the backend answers as if all were well. */
  readonly ok: boolean;
}

/** An installation with a history of three blocks, all of it folded; kept whole, and damaged as often as is wanted. */
export class Scene {
  readonly #broker: TestBroker;
  readonly #whole: string;
  readonly #token: string;

  private constructor(broker: TestBroker, whole: string, token: string) {
    this.#broker = broker;
    this.#whole = whole;
    this.#token = token;
  }

  static async build(): Promise<Scene> {
    const broker = await startTestBroker({ maxFileBytes: smallBrokerBytes });
    createServerKeys(broker.keysDir);
    const backend = await start(broker);
    configureApi({ baseUrl: backend.url });
    const { token } = await createSessionToken({ username: 'admin', password: adminPassword(broker).password, name: 'flipped bits' });
    configureApi({ baseUrl: backend.url, token });
    await makeHistory();
    await untilWell();
    await backend.stop();
    await broker.halt();
    const whole = mkdtempSync(join(tmpdir(), 'kanade-whole-'));
    cpSync(broker.dataDir, whole, { recursive: true });
    return new Scene(broker, whole, token);
  }

  /** Damages a copy, starts broker and backend on it, and tells what they notice. */
  async damaged({ name, damage }: Way, chance: Chance): Promise<Finding> {
    const { dataDir } = this.#broker;
    rmSync(dataDir, { recursive: true });
    cpSync(this.#whole, dataDir, { recursive: true });
    const done = damage(new MessageBlocks(blocksFolder(dataDir, streams.events)), chance);
    return { name, damage: done, ...(await this.#startAndLook()) };
  }

  async close(): Promise<void> {
    await this.#broker.stop();
    rmSync(this.#whole, { recursive: true, force: true });
  }

  async #startAndLook(): Promise<Pick<Finding, 'words' | 'ok'>> {
    await this.#broker.restart();
    const backend = await start(this.#broker, false);
    try {
      return await this.#look(backend);
    } finally {
      await backend.stop();
      await this.#broker.halt();
    }
  }

  async #look(backend: BuiltBackend): Promise<Pick<Finding, 'words' | 'ok'>> {
    configureApi({ baseUrl: backend.url, token: this.#token });
    const started = Date.now();
    let well = 0;
    for (;;) {
      const ready = await fetch(`${backend.url}/health/ready`).then((answer) => answer.text());
      const status = await getStatus().catch(() => undefined);
      const words = noticed.exec(`${ready}\n${JSON.stringify(status?.checks ?? {})}\n${backend.logged()}`)?.[0];
      const ok = status?.status === 'ok' && status.fold.lagEvents === 0 && status.verifier.lagEvents === 0 && status.archive?.comparedAt !== null;
      if (ok && well === 0) well = Date.now();
      const over = well > 0 ? Date.now() - well > patienceMs : Date.now() - started > startMs;
      if (words !== undefined || over) return { words: words?.trim(), ok };
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const start = (broker: TestBroker, untilReady = true) =>
  startBuiltBackend(broker, { untilReady, environment: { KANADE_ARCHIVE_DIR: join(broker.dataDir, 'archive') } });

async function makeHistory(): Promise<void> {
  const { token } = await createEnrolmentToken({ expiresIn: '1h', maxUses: endpoints });
  const agents = await Promise.all(Array.from({ length: endpoints }, (_, index) => TestAgent.enrol(readEnrolmentToken(token), { name: `endpoint-${index + 1}` })));
  for (const agent of agents) agent.takeCommands();
  for (let count = 0; count < executions; count += 1) {
    if (count === 1) await fillThreeBlocks(agents);
    await runEverywhere(agents);
  }
  await Promise.all(agents.map((agent) => agent.close()));
}

async function runEverywhere(agents: readonly TestAgent[]): Promise<void> {
  const execute = { shell: 'sh' as const, script: 'true', timeout: '60s', runAs: 'system' as const, env: {}, arguments: [] };
  const targets = { kind: 'endpoints' as const, ids: agents.map(({ endpointId }) => endpointId) };
  const { executionId } = await until('an execution to be taken', () => createExecution({ targets, what: { kind: 'script', execute }, expiresIn: '1h', supersede: false }));
  for (const agent of agents) {
    const command = await until<TakenCommand>('its command', () => agent.commands.find((taken) => taken.executionId === executionId));
    await agent.accept(command);
    await agent.start(command);
    await agent.finish(command, 0);
  }
  await until('it to end', async () => (await getExecution(executionId)).state !== 'running' || undefined);
}
