import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { OutputStream } from '@kanade/contracts';
import type { ExecuteShape } from '@kanade/messages';
import type { Clock } from '../clock/clock.ts';
import { systemClock } from '../clock/clock.ts';
import { silentLog } from '../log.ts';
import { createPlatform } from '../platform/create-platform.ts';
import { processIds, readProcesses, startedWith } from '../sandbox/linux/process-table.ts';
import { runIdVariable } from '../sandbox/sandbox.ts';
import type { OpenedSecret } from '../secrets/open-secrets.ts';
import type { OutputSink, RunHandle, RunOutcome, ScriptRun, ScriptRunner } from './runner.ts';
import { createScriptRunner } from './script-runner.ts';

export const keeperFromSource = [
  process.execPath,
  '--conditions=@kanade/source',
  join(import.meta.dirname, '../sandbox/linux/keeper-entry.spec-kit.ts'),
] as const;

interface RunOptions extends Partial<ExecuteShape> {
  readonly runId?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly arguments?: readonly string[];
  readonly secrets?: readonly OpenedSecret[];
}

export function scriptRun(script: string, { runId = randomUUID(), env = {}, arguments: rest = [], secrets = [], ...shape }: RunOptions = {}): ScriptRun {
  return { runId, execute: { shell: 'sh', timeoutMs: 60_000, runAs: 'system', cwd: null, ...shape }, content: { script, env, arguments: rest }, secrets };
}

/** Keeps what a script printed. */
export class Capture implements OutputSink {
  readonly #chunks: Record<OutputStream, Uint8Array[]> = { stdout: [], stderr: [] };

  write(stream: OutputStream, bytes: Uint8Array): void {
    this.#chunks[stream].push(bytes);
  }

  bytes(stream: OutputStream): Buffer {
    return Buffer.concat(this.#chunks[stream]);
  }

  text(stream: OutputStream): string {
    return this.bytes(stream).toString('utf8');
  }
}

export interface Captured {
  readonly outcome: RunOutcome;
  readonly stdout: string;
  readonly stderr: string;
}

/** A runner on real processes in a data directory of its own. */
export interface TestRunner {
  /** Unlike any other test's, to make run ids from. */
  readonly id: string;
  readonly dataDir: string;
  readonly runner: ScriptRunner;
  start(script: string, options?: RunOptions): RunHandle & { readonly capture: Capture; readonly run: ScriptRun };
  run(script: string, options?: RunOptions): Promise<Captured>;
  remove(): void;
}

export function createTestRunner(clock: Clock = systemClock, keeper: readonly string[] = keeperFromSource): TestRunner {
  const dataDir = mkdtempSync(join(tmpdir(), 'kanade-runner-'));
  const runner = createScriptRunner({ dataDir, platform: createPlatform(keeper), clock, log: silentLog });
  const start: TestRunner['start'] = (script, options) => {
    const capture = new Capture();
    const run = scriptRun(script, options);
    return { ...runner.start(run, capture), capture, run };
  };
  return {
    id: randomBytes(6).toString('hex'),
    dataDir,
    runner,
    start,
    run: async (script, options) => {
      const { outcome, capture } = start(script, options);
      return { outcome: await outcome, stdout: capture.text('stdout'), stderr: capture.text('stderr') };
    },
    remove: () => {
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Waits for a fact. */
export async function eventually<Fact>(look: () => Fact | undefined | false, what: string, limitMs = 20_000): Promise<Fact> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    const fact = look();
    if (fact !== undefined && fact !== false) return fact;
    await delay(5);
  }
  throw new Error(`waited in vain for ${what}`);
}

/** A number of seconds nobody else sleeps for, by which a test knows its own processes. */
export function uniqueSeconds(): string {
  return `86400.${randomBytes(4).readUInt32BE()}`;
}

/** Processes that have this text on their command line. */
export function processesWith(text: string): number[] {
  return processIds().filter((pid) => commandLine(pid).includes(text));
}

/** A run's keeper and its script, and what inherited its environment. */
export function processesOfRun(runId: string): number[] {
  return processIds().filter((pid) => startedWith(pid, runIdVariable, runId));
}

/** Processes below this one that ended and were not reaped. */
export function zombiesOf(parent: number): number {
  return readProcesses().filter((entry) => entry.parent === parent && entry.zombie).length;
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/**
 * Starts the five kinds of process that outlive careless killers, all sleeping `seconds`, and then waits for `gate`:
 * a child, one in a session of its own, a daemon, and two of these with an empty environment.
 */
export function survivorsScript(seconds: string, gate: string): string {
  return [
    `sleep ${seconds}1 &`,
    `setsid sleep ${seconds}2 &`,
    `(setsid sleep ${seconds}3 &)`,
    `env -i setsid sleep ${seconds}4 &`,
    `(env -i setsid sh -c 'sleep ${seconds}5 & exec sleep ${seconds}5' &)`,
    `until [ -e '${gate}' ]; do sleep 0.02; done`,
  ].join('\n');
}
export const survivorCount = 6;
