import type { ExecuteShape, FinalRunState, OutputStream, RunReason, Shell } from '@kanade/contracts';
import type { OpenedSecret } from '../secrets/open-secrets.ts';

/** A run as the ledger holds it, ready to be started. */
export interface ScriptRun {
  readonly runId: string;
  readonly execute: ExecuteShape;
  readonly content: {
    readonly script: string;
    readonly env: Readonly<Record<string, string>>;
    readonly arguments: readonly string[];
  };
  /** Opened for this start; absent: none. */
  readonly secrets?: readonly OpenedSecret[];
}

/** Takes what a script prints; a returned promise is back-pressure. */
export interface OutputSink {
  write(stream: OutputStream, bytes: Uint8Array): void | Promise<void>;
}

export interface RunOutcome {
  readonly state: FinalRunState;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly reason: RunReason | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date;
  readonly durationMs: number | null;
}

export interface RunHandle {
  /** Resolves when the process runs; never rejects. */
  readonly started: Promise<void>;
  readonly outcome: Promise<RunOutcome>;
  readonly cancel: () => void;
}

export interface ScriptRunner {
  start(run: ScriptRun, sink: OutputSink): RunHandle;
  /** Kills and removes what a dead agent left behind. */
  sweep(): Promise<void>;
  shells(): Shell[];
}
