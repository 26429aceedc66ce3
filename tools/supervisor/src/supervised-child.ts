import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { LogFile } from './log-file.ts';
import { identifyProcess, type ProcessIdentity } from './process-identity.ts';
import type { Say } from './say.ts';
import { messageOf, StartupError } from './startup-error.ts';
import { signalProcess, stopProcess } from './stop-process.ts';

/** A program with its arguments; `input` is all its standard input. */
export interface ChildCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly input?: string;
}

/** How one child is started and told to be ready. */
export interface ChildPlan {
  /** How people call it, e.g. `the broker`. */
  readonly name: string;
  readonly logFile: string;
  /** While this file exists the child is left down. */
  readonly holdFile: string;
  /** How long it gets to stop before it is killed. */
  readonly stopGraceMs: number;
  /** Why it must not be started yet, as the end of a sentence; undefined when it may. */
  obstacle?(): string | undefined;
  command(): ChildCommand;
  /** Resolves when it serves; rejects to have it started anew. */
  ready(pid: number, signal: AbortSignal): Promise<void>;
  /** Each line it prints. */
  onLine?(line: string): void;
}

/** What a child needs of its supervisor. */
export interface ChildContext {
  readonly say: Say;
  /** Called whenever the child's process id changed. */
  readonly changed: () => void;
}

const shortestWaitMs = 500;
const longestWaitMs = 30_000;
const keptLines = 15;

/** Keeps one child running: restarts it with growing pauses, says so, and leaves it down while it is held. */
export class SupervisedChild {
  readonly #plan: ChildPlan;
  readonly #context: ChildContext;
  readonly #log: LogFile;
  readonly #stopping = new AbortController();
  readonly #firstReady = Promise.withResolvers<undefined>();
  #child: ChildProcess | undefined;
  #identity: ProcessIdentity | undefined;
  #lastPid: number | undefined;
  #lastLines: string[] = [];
  #waitMs = shortestWaitMs;
  #served = false;
  #restartAsked = false;
  #loop: Promise<void> | undefined;

  constructor(plan: ChildPlan, context: ChildContext) {
    this.#plan = plan;
    this.#context = context;
    this.#log = new LogFile(plan.logFile);
    // Whoever starts it awaits this; nobody may be there yet when it is rejected.
    this.#firstReady.promise.catch(() => undefined);
  }

  /** The running process; while it is down the one that was, undefined before the first. */
  get lastPid(): number | undefined {
    return this.#lastPid;
  }

  /** True while its process runs. */
  get running(): boolean {
    return this.#child !== undefined;
  }

  /** True while somebody wants it down. */
  get held(): boolean {
    return existsSync(this.#plan.holdFile);
  }

  /** Starts it; resolves when it serves for the first time, rejects when its first start fails. */
  start(): Promise<undefined> {
    this.#loop ??= this.#keepRunning();
    return this.#firstReady.promise;
  }

  /** Stops it for good, its process group included. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#firstReady.reject(new Error(`${this.#plan.name} was stopped`));
    if (this.#identity !== undefined) await stopProcess(this.#identity, this.#plan.stopGraceMs);
    await this.#loop;
    this.#log.close();
  }

  /** Kills it at once; used when somebody asked a second time. */
  kill(): void {
    this.#stopping.abort();
    if (this.#child?.pid !== undefined) signalProcess(this.#child.pid, 'SIGKILL', true);
  }

  /** Stops it once, so that it is started anew. */
  async restart(): Promise<void> {
    this.#restartAsked = true;
    if (this.#identity !== undefined) await stopProcess(this.#identity, this.#plan.stopGraceMs);
  }

  async #keepRunning(): Promise<void> {
    while (await this.#mayRun()) {
      // It may have been stopped in between; from here to the spawn nothing waits.
      if (this.#isStopping()) return;
      const startedAt = Date.now();
      const end = await this.#runOnce().catch((error: unknown) => {
        // What it needs could not be made, on a full disk for example: that may be otherwise in a moment.
        if (!this.#served) this.#firstReady.reject(error);
        return messageOf(error);
      });
      if (this.#isStopping()) return;
      if (!this.#served) {
        this.#firstReady.reject(this.#startFailure(end));
        return;
      }
      if (Date.now() - startedAt > longestWaitMs) this.#waitMs = shortestWaitMs;
      await this.#pause(end);
    }
  }

  /** False when it is to stop; waits as long as it is held or cannot be started. */
  async #mayRun(): Promise<boolean> {
    let told: string | undefined;
    for (let reason = this.#reasonToWait(); reason !== undefined && !this.#isStopping(); reason = this.#reasonToWait()) {
      if (told !== reason) this.#context.say(`${this.#plan.name} ${reason}`);
      told = reason;
      await this.#sleep(100);
    }
    if (told !== undefined) this.#waitMs = shortestWaitMs;
    return !this.#isStopping();
  }

  #reasonToWait(): string | undefined {
    if (this.held) return `is left down while ${this.#plan.holdFile} exists`;
    const obstacle = this.#plan.obstacle?.();
    return obstacle === undefined ? undefined : `is not started: ${obstacle}`;
  }

  async #runOnce(): Promise<string> {
    this.#lastLines = [];
    this.#restartAsked = false;
    const child = start(this.#plan.command());
    const gone = new AbortController();
    const exit = once(child, 'exit').then(([code, signal]) => (signal === null ? `exit code ${String(code)}` : `signal ${String(signal)}`));
    for (const stream of [child.stdout, child.stderr]) if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#read(line));
    this.#child = child;
    this.#identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    this.#lastPid = child.pid ?? this.#lastPid;
    this.#context.changed();
    if (child.pid !== undefined) void this.#untilReady(child.pid, gone.signal);
    const end = await exit.catch((error: unknown) => messageOf(error));
    gone.abort();
    // Whatever it started in its own process group goes with it.
    if (child.pid !== undefined) signalProcess(child.pid, 'SIGKILL', true);
    this.#child = undefined;
    this.#identity = undefined;
    this.#context.changed();
    return end;
  }

  async #untilReady(pid: number, gone: AbortSignal): Promise<void> {
    try {
      await this.#plan.ready(pid, AbortSignal.any([gone, this.#stopping.signal]));
    } catch (error) {
      if (gone.aborted || this.#isStopping()) return;
      this.#read(`not ready: ${messageOf(error)}`);
      signalProcess(pid, 'SIGKILL', true);
      return;
    }
    if (gone.aborted) return;
    if (this.#served) this.#context.say(`${this.#plan.name} is back (process ${pid})`);
    this.#served = true;
    this.#firstReady.resolve(undefined);
  }

  #read(line: string): void {
    this.#log.write(`${line}\n`);
    this.#lastLines = [...this.#lastLines.slice(1 - keptLines), line];
    this.#plan.onLine?.(line);
  }

  async #pause(end: string): Promise<void> {
    if (this.#restartAsked) return;
    const { held } = this;
    this.#context.say(`${this.#plan.name} stopped (${end})${held ? '' : `; starting it again in ${this.#waitMs / 1000} s`}`);
    if (!held) await this.#sleep(this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, longestWaitMs);
  }

  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  #sleep(ms: number): Promise<void> {
    return delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }

  #startFailure(end: string): StartupError {
    return new StartupError(`${this.#plan.name} did not start (${end}). The last it said:`, [
      ...this.#lastLines.map((line) => line.slice(0, 500)),
      `The whole log is ${this.#plan.logFile}.`,
    ]);
  }
}

/** A process group of its own, so that a Ctrl-C at the terminal reaches only the supervisor. */
function start({ file, args, env, input }: ChildCommand): ChildProcess {
  const child = spawn(file, args, { env, detached: process.platform !== 'win32', stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
  // A child that dies before it has read closes the pipe; its exit tells more.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  return child;
}
