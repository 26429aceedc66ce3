import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { findNatsServer } from '@kanade/messaging';
import { startProgram, type Ended, type Running } from './program.ts';
import { until } from './until.ts';

const root = join(import.meta.dirname, '../../..');

/** The whole of `runtime.json`, as the README promises it. */
const runtimeSchema = z.strictObject({
  httpUrl: z.url(),
  natsUrl: z.string(),
  natsAdminCreds: z.string(),
  tlsCa: z.string().optional(),
  pids: z.strictObject({ broker: z.int(), backend: z.int(), agents: z.array(z.int()) }),
  agents: z.array(z.strictObject({ pid: z.int(), endpointId: z.string(), dataDir: z.string(), natsCreds: z.string() })),
  version: z.string(),
});
export type Runtime = z.infer<typeof runtimeSchema>;

/** One kanade with a data directory and ports of its own, started as `npm start` starts it. */
export class Installation {
  readonly dataDir: string;
  /** What it is started with besides what every installation of a test is. */
  extra: NodeJS.ProcessEnv = {};
  #supervisor: Running | undefined;

  private constructor(dataDir: string) {
    this.dataDir = dataDir;
  }

  /** Starts one in a new temporary folder, or in `dataDir`, and waits until it says that it is ready. */
  static async start(options: { endpoints?: number; dataDir?: string; environment?: NodeJS.ProcessEnv } = {}): Promise<Installation> {
    const installation = new Installation(options.dataDir ?? Installation.newDataDir());
    installation.extra = options.environment ?? {};
    await installation.start(options.endpoints);
    return installation;
  }

  static newDataDir(): string {
    return join(mkdtempSync(join(tmpdir(), 'kanade-e2e-')), 'data');
  }

  get environment(): NodeJS.ProcessEnv {
    return { ...process.env, KANADE_DATA_DIR: this.dataDir, KANADE_HTTP_PORT: '0', KANADE_NATS_PORT: '0', FORCE_COLOR: undefined, NO_COLOR: '1', KANADE_NATS_SERVER: findNatsServer(), ...this.extra };
  }

  get runtime(): Runtime {
    return runtimeSchema.parse(JSON.parse(readFileSync(join(this.dataDir, 'runtime.json'), 'utf8')));
  }

  /** What signs the command line of this machine in. */
  get token(): string {
    return z.looseObject({ token: z.string() }).parse(JSON.parse(readFileSync(join(this.dataDir, 'profiles/local.json'), 'utf8'))).token;
  }

  /** What the supervisor has printed since it was started. */
  said(): string {
    return this.#supervisor?.said() ?? '';
  }

  /** Starts the supervisor without waiting. */
  launch(endpoints?: number): Running {
    const args = ['--conditions=@kanade/source', '--disable-warning=ExperimentalWarning', join(root, 'tools/supervisor/src/main.ts')];
    if (endpoints !== undefined) args.push('--endpoints', String(endpoints));
    return startProgram(process.execPath, args, { cwd: root, env: this.environment });
  }

  async start(endpoints?: number): Promise<void> {
    const running = this.launch(endpoints);
    this.#supervisor = running;
    let end: Ended | undefined;
    void running.ended.then((ended) => (end = ended));
    await until('kanade to be ready', () => {
      if (end) throw new Error(`npm start ended with ${end.code ?? end.signal ?? ''}:\n${running.said()}`);
      return /^ready\b/im.test(running.said()) || undefined;
    }, 120_000).catch((error: unknown) => {
      throw new Error(`kanade did not get ready:\n${running.said()}`, { cause: error });
    });
  }

  /** Ctrl-C, and wait for the end. */
  async stop(): Promise<Ended | undefined> {
    const running = this.#supervisor;
    if (!running) return undefined;
    running.process.kill('SIGINT');
    const ended = await running.ended;
    this.#supervisor = undefined;
    return ended;
  }

  /** Stops it and removes its data. */
  async discard(): Promise<void> {
    await this.stop();
    rmSync(join(this.dataDir, '..'), { recursive: true, force: true });
  }

  /** Starts a `kanade` command signed in to this installation. */
  startCli(...args: readonly string[]): Running {
    return startProgram(process.execPath, [join(root, 'apps/cli/bin/kanade.mjs'), ...args], { cwd: this.dataDir, env: this.environment });
  }

  /** Runs a `kanade` command somewhere else than on this machine: with what the environment says, and no profile of this installation. */
  cliElsewhere(environment: NodeJS.ProcessEnv, input: string, ...args: readonly string[]): Promise<Ended> {
    const env = { ...this.environment, KANADE_DATA_DIR: undefined, ...environment };
    return startProgram(process.execPath, [join(root, 'apps/cli/bin/kanade.mjs'), ...args], { cwd: join(this.dataDir, '..'), env, input }).ended;
  }

  cli(...args: readonly string[]): Promise<Ended> {
    return this.startCli(...args).ended;
  }

  /** The JSON a command prints. */
  async json<Schema extends z.ZodType>(schema: Schema, ...args: readonly string[]): Promise<z.infer<Schema>> {
    const script = args.includes('--') ? args.indexOf('--') : args.length;
    const ended = await this.cli(...args.slice(0, script), '--json', ...args.slice(script));
    try {
      return schema.parse(JSON.parse(ended.stdout));
    } catch (error) {
      throw new Error(`kanade ${args.join(' ')} (exit ${ended.code ?? ended.signal ?? ''}) printed:\n${ended.stdout}\n${ended.stderr}`, { cause: error });
    }
  }

  /** Keeps the supervisor from restarting a part until the returned function is called. */
  hold(part: 'broker' | 'backend' | 'agent' | 'simulated'): () => void {
    const file = join(this.dataDir, 'hold', part);
    writeFileSync(file, '');
    return () => {
      rmSync(file, { force: true });
    };
  }

  /** Ends every hold, whatever a failed test left behind. */
  releaseHolds(): void {
    for (const file of readdirSync(join(this.dataDir, 'hold'))) rmSync(join(this.dataDir, 'hold', file), { force: true });
  }

  /** `kill -9`, by the pid in runtime.json. */
  kill(part: 'broker' | 'backend' | 'agent' | 'simulated'): number {
    const { broker, backend, agents } = this.runtime.pids;
    const pid = { broker, backend, agent: agents[0], simulated: agents[1] }[part];
    if (pid === undefined) throw new Error(`no ${part} in runtime.json`);
    process.kill(pid, 'SIGKILL');
    return pid;
  }

  has(file: string): boolean {
    return existsSync(join(this.dataDir, file));
  }
}
