import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createServerKeys } from '@kanade/messaging';
import { startTestBroker } from '@kanade/messaging/testing';
import type { TestBroker } from '@kanade/messaging/testing';
import { z } from 'zod';
import { Clock } from './clock.ts';
import { readConfig } from './config/config.ts';
import { createServer } from './http/create-server.ts';
import { createLog } from './log.ts';
import { Lifecycle } from './system/lifecycle.ts';

/** A clock a test can move on. */
export class TestClock extends Clock {
  private ahead = 0;

  override now(): number {
    return Date.now() + this.ahead;
  }

  advance(ms: number): void {
    this.ahead += ms;
  }
}

const json = z.record(z.string(), z.unknown());

/** What a request came to. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface TestBackend {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly clock: TestClock;
  readonly logged: string[];
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** As the administrator, with a token. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  token(): Promise<string>;
  /** Makes the next call with another token, after something has ended the administrator's sessions. */
  signInAgain(): void;
  stop(): Promise<void>;
}

export interface TestInstallation {
  readonly broker: TestBroker;
  readonly password: string;
  /** Starts a backend; the same data directory each time, so that a second one goes on where the first stopped. One beside another has its own, with the same keys. */
  backend(environment?: Readonly<Record<string, string>>): Promise<TestBackend>;
  stop(): Promise<void>;
}

/** Waits until `look` gives something; fails with what it saw last. */
export async function eventually<Result>(look: () => Promise<Result | undefined> | Result | undefined, what: string, timeoutMs = 20_000): Promise<Result> {
  const until = Date.now() + timeoutMs;
  let failure: unknown;
  while (Date.now() < until) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      failure = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain for ${what}`, { cause: failure });
}

async function send(url: string, method: string, path: string, body: unknown, headers: Record<string, string>): Promise<Answer> {
  const hasBody = body !== undefined;
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...(hasBody ? { 'content-type': 'application/json' } : {}), ...headers },
    ...(hasBody ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? json.parse(JSON.parse(text)) : { text } };
}

async function startBackend(broker: TestBroker, password: string, environment: Readonly<Record<string, string>>): Promise<TestBackend> {
  const config = readConfig({
    KANADE_HTTP_PORT: '0',
    KANADE_NATS_URL: broker.url,
    KANADE_DATA_DIR: broker.dataDir,
    ...environment,
  });
  const clock = new TestClock();
  const logged: string[] = [];
  const log = createLog('info', { write: (line) => void logged.push(line) });
  const app = await createServer({ config, log, clock });
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const lifecycle = app.get(Lifecycle);
  await lifecycle.start();
  await eventually(async () => ((await fetch(`${url}/health/ready`)).status === 200 ? true : undefined), 'the backend to be ready');
  let made: Promise<string> | undefined;
  const token = () =>
    (made ??= send(url, 'POST', '/api/v1/session/token', { username: 'admin', password, name: 'test' }, {}).then(({ body }) => z.string().parse(body['token'])));
  return {
    app,
    url,
    clock,
    logged,
    token,
    signInAgain: () => {
      made = undefined;
    },
    request: (method, path, body, headers = {}) => send(url, method, path, body, headers),
    call: async (method, path, body, headers = {}) => send(url, method, `/api/v1${path}`, body, { authorization: `Bearer ${await token()}`, ...headers }),
    stop: async () => {
      await lifecycle.stop();
      await app.close();
      await lifecycle.disconnect();
    },
  };
}

/** A broker, its keys, an administrator's password; everything is gone after `stop`. */
export async function startInstallation(): Promise<TestInstallation> {
  const broker = await startTestBroker();
  createServerKeys(broker.keysDir);
  const password = `${crypto.randomUUID()}-${crypto.randomUUID()}`;
  const passwordFile = join(broker.dataDir, 'admin-password');
  mkdirSync(broker.dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const running = new Map<TestBackend, () => Promise<void>>();
  return {
    broker,
    password,
    backend: async (environment = {}) => {
      const replica = running.size === 0 ? {} : { KANADE_DATA_DIR: broker.replicaDirectory() };
      const backend = await startBackend(broker, password, { KANADE_ADMIN_PASSWORD_FILE: passwordFile, ...replica, ...environment });
      const stop = async () => {
        if (running.delete(backend)) await backend.stop();
      };
      running.set(backend, stop);
      return { ...backend, stop };
    },
    stop: async () => {
      for (const stop of running.values()) await stop();
      await broker.stop();
    },
  };
}
