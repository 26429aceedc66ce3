import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, readdirSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { libc } from '../../platform/linux/libc.ts';
import type { LaunchRequest } from '../sandbox.ts';
import { removeStaging } from '../staging.ts';
import { createCgroup } from './cgroup.ts';
import type { Cgroup } from './cgroup.ts';
import { channelFd, encodeLine, lineReader, parseOrder, scriptStderrFd, scriptStdoutFd } from './keeper-channel.ts';
import type { KeeperReport } from './keeper-channel.ts';
import { descendantsOf, readProcesses, signal } from './process-table.ts';

/** How long a process may take to die of SIGKILL before it counts as stuck in the kernel. */
const stuckAfterMs = 10_000;
/** A stuck process is asked again ten times a second, not in a busy loop. */
const longer = (pause: number): number => Math.min(pause * 2, 100);
/** Orphans that ended are reaped this long after the first one, so that a storm of them costs one look. */
const reapDelayMs = 200;

/**
 * The whole life of a keeper: a process of its own for each run, between the agent and the script. It adopts every
 * orphan of the script, so that no daemonizing hides a process from it, ends them all when the script ends, and ends
 * script and all when the agent goes away, killed by force or not.
 */
export function runKeeper(): void {
  // Without this the script would hold the channel, and could speak as its keeper and outlive the agent unseen; and
  // whatever the agent itself was started with, a lock or another's pipe, would be the script's too.
  for (const fd of readdirSync('/proc/self/fd').map(Number)) if (fd > 2) libc().closeOnExec(fd);
  libc().becomeSubreaper();
  // Whoever signals a whole group means the agent too, and its end is what a keeper follows.
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const) process.on(name, () => undefined);
  process.umask(0o022);

  const channel = new Socket({ fd: channelFd, readable: true, writable: true });
  const keeper = new Keeper((report) => void channel.write(encodeLine(report)));
  channel.on('data', lineReader((line) => keeper.obey(line)));
  channel.on('error', () => void keeper.abandon());
  channel.on('close', () => void keeper.abandon());
}

class Keeper {
  readonly #report: (report: KeeperReport) => void;
  #stagingFolder: string | undefined;
  #cgroup: Cgroup | undefined;
  #script: ChildProcess | undefined;
  #ended = false;
  #killing = false;
  #abandoned = false;
  #reaping: NodeJS.Timeout | undefined;

  constructor(report: (report: KeeperReport) => void) {
    this.#report = report;
  }

  obey(line: string): void {
    const order = parseOrder(line);
    switch (order.order) {
      case 'launch':
        this.#launch(order.request);
        return;
      case 'terminate':
        this.#terminate();
        return;
      case 'kill':
        void this.#kill();
        return;
      case 'release':
        // The agent has removed the files already; a folder of that name is no longer ours to remove.
        this.#stagingFolder = undefined;
        void this.abandon();
        return;
    }
    order satisfies never;
  }

  /** The agent let go, or is gone: nothing of the run may stay, its files neither. */
  async abandon(): Promise<void> {
    if (this.#abandoned) return;
    this.#abandoned = true;
    if (this.#script && !this.#ended) await this.#kill();
    await this.#clear(Infinity);
    if (this.#stagingFolder !== undefined) await removeStaging(this.#stagingFolder).catch(() => undefined);
    process.exit(0);
  }

  #launch(request: LaunchRequest): void {
    this.#stagingFolder = request.stagingFolder;
    this.#cgroup = createCgroup(request.runId);
    const start = () =>
      spawn(request.executable, request.arguments, {
        cwd: request.cwd,
        env: request.environment,
        // A session of its own: no terminal, and signals to the keeper's group pass the script by.
        detached: true,
        stdio: ['ignore', scriptStdoutFd, scriptStderrFd],
      });
    try {
      const script = this.#cgroup ? this.#cgroup.around(start) : start();
      this.#script = script;
      script.once('spawn', () => this.#report({ report: 'started' }));
      script.once('error', (error) => this.#notStarted(error));
      script.once('exit', (exitCode, name) => void this.#scriptEnded(exitCode, name));
      process.on('SIGCHLD', () => this.#reapSoon());
    } catch (error) {
      // An argument list beyond the kernel's limit is thrown, not emitted.
      this.#notStarted(error);
    }
    // The agent's readers end when the last writer closes, and a keeper writes nothing.
    closeSync(scriptStdoutFd);
    closeSync(scriptStderrFd);
  }

  #notStarted(error: unknown): void {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
    this.#ended = true;
    this.#report({ report: 'not-started', code, message: error instanceof Error ? error.message : String(error) });
    this.#cgroup?.remove();
  }

  async #scriptEnded(exitCode: number | null, name: NodeJS.Signals | null): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#reaping);
    this.#report({ report: 'ended', exitCode, signal: name });
    const left = await this.#clear(stuckAfterMs);
    this.#report({ report: 'cleared', left });
  }

  /** Twice, for what was being forked while the first look was taken; SIGCONT wakes those that were stopped. */
  #terminate(): void {
    const asked = new Set<number>();
    for (let pass = 0; pass < 2; pass++) {
      for (const pid of descendantsOf(process.pid)) {
        if (asked.has(pid)) continue;
        asked.add(pid);
        signal(pid, 'SIGTERM');
        signal(pid, 'SIGCONT');
      }
    }
  }

  async #kill(): Promise<void> {
    if (this.#killing) return;
    this.#killing = true;
    for (let pause = 1; !this.#ended; pause = longer(pause)) {
      this.#killAll();
      await delay(pause);
    }
  }

  #killAll(): number {
    this.#cgroup?.kill();
    const alive = descendantsOf(process.pid);
    for (const pid of alive) signal(pid, 'SIGKILL');
    return alive.length;
  }

  /** Ends what the script left behind; resolves with the number of those that would not die in `limitMs`. */
  async #clear(limitMs: number): Promise<number> {
    const deadline = performance.now() + limitMs;
    for (let pause = 1; ; pause = longer(pause)) {
      const alive = this.#killAll();
      if (this.#reapAll() && this.#cgroup?.populated() !== true) break;
      if (performance.now() > deadline) return Math.max(1, alive);
      await delay(pause);
    }
    this.#cgroup?.remove();
    return 0;
  }

  /** True when there is no child any more, which for a subreaper means no descendant: the kernel's word, not a guess. */
  #reapAll(): boolean {
    for (;;) {
      const result = libc().reap(-1);
      if (result !== 'reaped') return result === 'none';
    }
  }

  /** While the script runs, orphans it made end as our zombies. The script itself is Node's to reap. */
  #reapSoon(): void {
    if (this.#ended || this.#reaping) return;
    this.#reaping = setTimeout(() => {
      this.#reaping = undefined;
      if (this.#ended) return;
      for (const { pid, parent, zombie } of readProcesses()) {
        if (zombie && parent === process.pid && pid !== this.#script?.pid) libc().reap(pid);
      }
    }, reapDelayMs);
  }
}
