import { createHash } from 'node:crypto';
import { finalRunStates } from '@kanade/contracts';
import type { FinalRunState } from '@kanade/contracts';
import type { Log } from '../log.ts';
import { bytes, integer, text, textOrNull } from '../store/rows.ts';
import type { Row } from '../store/rows.ts';
import type { Seal } from '../store/seal.ts';
import type { Store } from '../store/store.ts';

/** `starting`: on its way into a process; from here on a crash means `interrupted`, never a second start. */
export const liveStates = ['accepted', 'starting', 'started'] as const;
export type LedgerState = (typeof liveStates)[number] | FinalRunState;

/** A run as the ledger remembers it; `command` is the signed body, empty once the run has ended. */
export interface LedgerRun {
  readonly runId: string;
  readonly executionId: string;
  readonly state: LedgerState;
  /** Place in KANADE_COMMANDS; runs start in this order. */
  readonly commandSequence: number;
  readonly supersedeKey: string | null;
  readonly expiresAt: number;
  readonly command: Uint8Array;
}

const states: ReadonlySet<string> = new Set([...liveStates, ...finalRunStates]);
const isState = (value: string): value is LedgerState => states.has(value);
const nothing = new Uint8Array();
/** Longer than the queue keeps a command (35 days), so that no copy in it outlives our memory of it. */
const rememberedMs = 90 * 86_400_000;

function parts(run: LedgerRun): (string | number | null)[] {
  const command = createHash('sha256').update(run.command).digest('hex');
  return ['run', run.runId, run.executionId, run.state, run.commandSequence, run.supersedeKey, run.expiresAt, command];
}

function runOf(row: Row): LedgerRun {
  const state = text(row, 'state');
  if (!isState(state)) throw new TypeError(`agent.sqlite: ${state} is no state of a run`);
  return {
    runId: text(row, 'runId'),
    executionId: text(row, 'executionId'),
    state,
    commandSequence: integer(row, 'commandSequence'),
    supersedeKey: textOrNull(row, 'supersedeKey'),
    expiresAt: integer(row, 'expiresAt'),
    command: bytes(row, 'command'),
  };
}

/** Every command this endpoint has seen and every run it took on: what makes "delivered twice, run once" true across crashes. */
export class Ledger {
  readonly #store: Store;
  readonly #seal: Seal;
  readonly #log: Log;

  constructor(store: Store, seal: Seal, log: Log) {
    this.#store = store;
    this.#seal = seal;
    this.#log = log;
  }

  /** The queue sequence under which a command with this id came before. */
  seen(commandId: string): number | undefined {
    const row = this.#store.get('SELECT sequence FROM commands WHERE id = ?', commandId);
    return row && integer(row, 'sequence');
  }

  noteSeen(commandId: string, sequence: number, at: number): void {
    this.#store.run('INSERT INTO commands (id, sequence, seenAt) VALUES (?, ?, ?) ON CONFLICT DO NOTHING', commandId, sequence, at);
  }

  stateOf(runId: string): LedgerState | undefined {
    const row = this.#store.get('SELECT * FROM runs WHERE runId = ?', runId);
    return row && runOf(row).state;
  }

  insert(run: LedgerRun, at: number): void {
    this.#store.run(
      `INSERT INTO runs (runId, executionId, state, commandSequence, supersedeKey, expiresAt, command, changedAt, mac)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      run.runId,
      run.executionId,
      run.state,
      run.commandSequence,
      run.supersedeKey,
      run.expiresAt,
      run.command,
      at,
      this.#seal.mac(...parts(run)),
    );
  }

  /** Moves a run on; an ended run's command is forgotten, because it may hold secrets. */
  move(run: LedgerRun, state: LedgerState, at: number): LedgerRun {
    const command = state === 'starting' || state === 'started' ? run.command : nothing;
    const moved: LedgerRun = { ...run, state, command };
    this.#store.run(
      'UPDATE runs SET state = ?, command = ?, changedAt = ?, mac = ? WHERE runId = ?',
      state,
      command,
      at,
      this.#seal.mac(...parts(moved)),
      run.runId,
    );
    return moved;
  }

  /** The accepted run that is to start next, if any. */
  nextWaiting(): LedgerRun | undefined {
    for (;;) {
      const row = this.#store.get("SELECT * FROM runs WHERE state = 'accepted' ORDER BY commandSequence LIMIT 1");
      if (!row) return undefined;
      const run = this.#believed(row);
      if (run) return run;
    }
  }

  /** An accepted run that has not begun. */
  waitingRun(runId: string): LedgerRun | undefined {
    const row = this.#store.get("SELECT * FROM runs WHERE runId = ? AND state = 'accepted'", runId);
    return row && this.#believed(row);
  }

  /** Accepted runs that have not begun and that a newer one with this key replaces. */
  waitingFor(supersedeKey: string): LedgerRun[] {
    const rows = this.#store.all("SELECT * FROM runs WHERE state = 'accepted' AND supersedeKey = ? ORDER BY commandSequence", supersedeKey);
    return rows.flatMap((row) => this.#believed(row) ?? []);
  }

  /** Runs that had begun; after a restart of the agent these were interrupted. */
  begun(): LedgerRun[] {
    const rows = this.#store.all("SELECT * FROM runs WHERE state IN ('starting', 'started') ORDER BY commandSequence");
    return rows.flatMap((row) => this.#believed(row) ?? []);
  }

  /** Ids of runs accepted and not yet ended, oldest first. */
  active(limit: number): string[] {
    const rows = this.#store.all(
      "SELECT runId FROM runs WHERE state IN ('accepted', 'starting', 'started') ORDER BY commandSequence LIMIT ?",
      limit,
    );
    return rows.map((row) => text(row, 'runId'));
  }

  prune(now: number): void {
    this.#store.run("DELETE FROM runs WHERE changedAt < ? AND state NOT IN ('accepted', 'starting', 'started')", now - rememberedMs);
    this.#store.run('DELETE FROM commands WHERE seenAt < ?', now - rememberedMs);
  }

  /** A row with a wrong mac is put out of the way for good: neither executed nor, as a known run, executable later. */
  #believed(row: Row): LedgerRun | undefined {
    const run = runOf(row);
    if (this.#seal.holds(text(row, 'mac'), ...parts(run))) return run;
    this.#log.error({ runId: run.runId }, 'the ledger holds a run this agent did not write; it is not executed');
    this.move(run, 'refused', integer(row, 'changedAt'));
    return undefined;
  }
}
