import type { PerformanceSample, RunState } from '@kanade/messages';

/** `erasure`: something is to be erased from the streams too; its id says what. `rebuild`: all of this is to be folded anew; its id says why. */
export type ChangeKind = 'erasure' | 'rebuild' | 'endpoint' | 'job' | 'execution' | 'event' | 'account' | 'site' | 'secret';

/** A row that a commit changed. */
export interface Change {
  readonly kind: ChangeKind;
  readonly id: string;
}

/** A run's state after a commit, with what a process manager needs to act on it. */
export interface RunChange {
  readonly runId: string;
  readonly executionId: string;
  readonly endpointId: string;
  /** The site the run is of. */
  readonly site: string;
  readonly state: RunState;
  readonly exitCode: number | null;
  /** The run's command in KANADE_COMMANDS, to be deleted once it is accepted; null when there is none. */
  readonly commandSequence: number | null;
  /** The history that sequence is of; an earlier one's queue is gone, and its sequences name other commands now. */
  readonly commandIncarnation: string;
}

export interface SampleChange {
  readonly endpointId: string;
  readonly sample: PerformanceSample;
}

/** Collects what one commit changed: each row once, a run's last state only. */
export class ChangeLog {
  private rows = new Map<string, Change>();
  private runs = new Map<string, RunChange>();
  private samples: SampleChange[] = [];

  row(kind: ChangeKind, id: string): void {
    this.rows.set(`${kind} ${id}`, { kind, id });
  }

  run(change: RunChange): void {
    this.runs.set(change.runId, change);
  }

  sample(change: SampleChange): void {
    this.samples.push(change);
  }

  /** Everything since the last call. */
  take(): { changes: Change[]; runs: RunChange[]; samples: SampleChange[] } {
    const taken = { changes: [...this.rows.values()], runs: [...this.runs.values()], samples: this.samples };
    this.rows = new Map();
    this.runs = new Map();
    this.samples = [];
    return taken;
  }
}
