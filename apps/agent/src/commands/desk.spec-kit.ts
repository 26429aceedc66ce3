import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { subjects } from '@kanade/contracts';
import { createSealingKey, createSigningKey, signMessage } from '@kanade/messaging';
import type { SealingKey, SigningKey } from '@kanade/messaging';
import type { Command, EndpointEvent, Keyset, RunCommand } from '@kanade/messages';
import { parseEndpointEvent } from '@kanade/messages';
import { onTestFinished } from 'vitest';
import { timeText } from '../clock/clock.ts';
import { FakeClock } from '../clock/fake-clock.spec-kit.ts';
import { Ledger } from '../ledger/ledger.ts';
import { silentLog } from '../log.ts';
import { readJson } from '../messages.ts';
import { EventOutbox } from '../outbox/event-outbox.ts';
import { OutputOutbox } from '../outbox/output-outbox.ts';
import type { OutputSink, RunHandle, RunOutcome, ScriptRun, ScriptRunner } from '../runner/runner.ts';
import { RunExecutor } from '../runs/executor.ts';
import { RunQueue } from '../runs/run-queue.ts';
import { createSeal } from '../store/seal.ts';
import { openStore } from '../store/store.ts';
import { CommandIntake } from './intake.ts';

export const endpointId = '0198c0de-0000-7000-8000-000000000001';

export function keysetOf(command: SigningKey, version = 1): Keyset {
  const validity = { validFrom: '2020-01-01T00:00:00Z', validUntil: '2040-01-01T00:00:00Z' };
  return { version, keys: [{ id: command.id, use: 'command', publicKey: command.publicKey, ...validity }] };
}

/** Starts nothing: tests end each run when they please. */
export class ManualRunner implements ScriptRunner {
  readonly started: string[] = [];
  readonly runs: ScriptRun[] = [];
  /** Runs whose process never comes to be. */
  readonly stuck = new Set<string>();
  readonly #ends = new Map<string, (outcome: Partial<RunOutcome>) => void>();
  readonly sinks = new Map<string, OutputSink>();
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  start(run: ScriptRun, sink: OutputSink): RunHandle {
    this.started.push(run.runId);
    this.runs.push(run);
    this.sinks.set(run.runId, sink);
    const startedAt = new Date(this.#clock.now());
    const outcome = new Promise<RunOutcome>((resolve) => {
      this.#ends.set(run.runId, (given) => {
        const finishedAt = new Date(this.#clock.now());
        resolve({ state: 'succeeded', exitCode: 0, signal: null, reason: null, startedAt, finishedAt, durationMs: 1, ...given });
      });
    });
    const begun = this.stuck.has(run.runId) ? new Promise<void>(() => undefined) : Promise.resolve();
    return { started: begun, outcome, cancel: () => this.end(run.runId, { state: 'cancelled', exitCode: null, signal: 'SIGKILL' }) };
  }

  end(runId: string, outcome: Partial<RunOutcome> = {}): void {
    this.#ends.get(runId)?.(outcome);
  }

  sweep(): Promise<void> {
    return Promise.resolve();
  }

  shells(): never[] {
    return [];
  }
}

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'kanade-desk-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Delivered {
  readonly sequence: number;
  readonly body: Uint8Array;
  readonly headers: Record<string, string>;
}

/** An agent without its connection, on a real database, with a clock and scripts that tests turn. */
export function createDesk(options: { readonly file?: string; readonly clock?: FakeClock; readonly concurrency?: number; readonly key?: SigningKey; readonly sealing?: SealingKey } = {}) {
  const clock = options.clock ?? new FakeClock();
  const file = options.file ?? join(temporaryDirectory(), 'agent.sqlite');
  const commandKey = options.key ?? createSigningKey();
  const sealing = options.sealing ?? createSealingKey();
  const store = openStore(file);
  const seal = createSeal(Buffer.alloc(32, 7));
  const ledger = new Ledger(store, seal, silentLog);
  const events = new EventOutbox({ store, seal, endpointId, clock, log: silentLog });
  const output = new OutputOutbox(store, clock);
  const runner = new ManualRunner(clock);
  const space = { free: Number.MAX_SAFE_INTEGER };
  /** The endpoint's idea of the backend's time; tests put it wrong here. */
  const backendTime = { offset: 0, known: true, now: () => clock.now() + backendTime.offset, heard: () => Promise.resolve() };
  const shared = { store, ledger, events, output, clock, log: silentLog, backendTime };
  const hasRoom = () => Promise.resolve(space.free >= 1000);
  const executor = new RunExecutor({ ...shared, runner, sealingKey: sealing.privateKey, publishLive: () => undefined, mostOutputBytes: 1024 * 1024, hasRoom });
  const queue = new RunQueue({ ...shared, execute: (run) => executor.execute(run), concurrency: options.concurrency ?? 4 });
  const twin: { conflict: string | undefined } = { conflict: undefined };
  /** The keys the agent knows, and what comes of asking for another. */
  const known = { keyset: keysetOf(commandKey), learn: (_id: string) => Promise.resolve(true) };
  const disk = { freeBytes: () => Promise.resolve(space.free) };
  const intake = new CommandIntake({ ...shared, endpointId, disk, minFreeBytes: 1000, keyset: () => known.keyset, queue, heard: () => backendTime.heard(), learnKey: (id) => known.learn(id), conflict: () => twin.conflict });
  const acked: number[] = [];
  const deliver = (delivered: Delivered, pending = 0) =>
    intake.onCommand({ ...delivered, pending, ack: () => void acked.push(delivered.sequence) });
  return { clock, backendTime, known, twin, file, commandKey, sealing, store, ledger, events, output, runner, space, executor, queue, acked, deliver };
}

export type Desk = ReturnType<typeof createDesk>;

export function signed(key: SigningKey, sequence: number, command: Command, recipient = endpointId): Delivered {
  const body = Buffer.from(JSON.stringify(command));
  return { sequence, body, headers: signMessage(key, 'command', subjects.commands(recipient), body) };
}

export function runCommand(clock: FakeClock, runId: string, change: Partial<RunCommand> = {}): RunCommand {
  return {
    type: 'kanade.command.run.v1',
    id: `command-${runId}`,
    recipient: endpointId,
    issuedAt: timeText(clock.now()),
    expiresAt: timeText(clock.now() + 3_600_000),
    runId,
    executionId: `execution-${runId}`,
    attempt: 1,
    execute: { shell: 'sh', timeoutMs: 60_000, runAs: 'system', cwd: null },
    content: { script: 'true', env: {}, arguments: [] },
    supersedeKey: null,
    ...change,
  };
}

export function cancelCommand(clock: FakeClock, runId: string): Command {
  return {
    type: 'kanade.command.cancel.v1',
    id: `cancel-${runId}`,
    recipient: endpointId,
    issuedAt: timeText(clock.now()),
    expiresAt: timeText(clock.now() + 3_600_000),
    executionId: `execution-${runId}`,
    runId,
  };
}

/** Every event in the outbox, in order, each one checked against the contract. */
export function eventsOf(desk: Pick<Desk, 'events'>): EndpointEvent[] {
  return desk.events.pending(10_000).map(({ body }) => {
    const checked = parseEndpointEvent(readJson(body));
    if (!checked.ok) throw new Error(checked.error);
    return checked.value;
  });
}

/** What happened, shortly: `accepted a`, `started a`, `succeeded a`, `refused-command expired`. */
export function storyOf(desk: Pick<Desk, 'events'>): string[] {
  return eventsOf(desk).flatMap((event) => {
    if (event.type === 'kanade.run.accepted.v1') return [`accepted ${event.data.runId}`];
    if (event.type === 'kanade.run.started.v1') return [`started ${event.data.runId}`];
    if (event.type === 'kanade.run.finished.v1') return [`${event.data.state} ${event.data.runId}`];
    if (event.type === 'kanade.command.refused.v1') return [`refused-command ${event.data.reason.code}`];
    return [];
  });
}
