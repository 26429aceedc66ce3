import type { ControlTrust } from '@kanade/proof';
import type { Change, Kept, RunChange, SampleChange } from '@kanade/read-models';
import type { FoldLimit, FoldedSequences } from './fold-limit.ts';

/** What a worker of the read side is started with. */
export interface WorkerSettings {
  readonly natsUrl: string;
  /** Path of the backend's .creds file. */
  readonly credsFile: string;
  /** Where the read model and the verifier's file lie. */
  readonly directory: string;
  /** The archive's directory; undefined where there is none. */
  readonly archive?: string | undefined;
  /** Whose signatures make a control event the backend's own. */
  readonly trust: ControlTrust;
  /** What the read model lets go in time. */
  readonly kept: Kept;
}

/** What a fold is started with. */
export interface FoldWorkerSettings {
  readonly worker: WorkerSettings;
  /** Path of its read model. */
  readonly file: string;
  /** False for one that is built beside the one that serves: it goes no further than it is told, and tells of nothing. */
  readonly serves: boolean;
}

/** What a fold is told: how far to go, that it serves from now on, or that it should end. */
export type FoldRequest = { readonly type: 'limit'; readonly limit: FoldLimit } | { readonly type: 'serve' } | { readonly type: 'stop' };

/** What one commit of the fold changed, for live updates, waits and process managers. */
export interface FoldNotice {
  readonly incarnation: string;
  /** Sequence of KANADE_EVENTS up to which events are folded. */
  readonly sequence: number;
  /** As `sequence`, but stopping before the first event whose output or private part is not there yet: what `minPosition` waits for. */
  readonly covered: number;
  readonly changes: readonly Change[];
  readonly runs: readonly RunChange[];
  readonly samples: readonly SampleChange[];
}

/** How the fold is. */
export interface FoldLag {
  /** Messages of all streams that are stored and not folded. */
  readonly lagEvents: number;
  /** Milliseconds from recording to folding of the newest folded event. */
  readonly lagMs: number;
  readonly poisonCount: number;
  /** True until the fold has once reached the end of every stream. */
  readonly rebuilding: boolean;
}

/** What the fold's worker tells the main thread. */
export type FoldMessage =
  | { readonly type: 'opened'; readonly incarnation: string; readonly sequence: number; readonly covered: number; readonly folded: FoldedSequences }
  | { readonly type: 'closing' }
  | { readonly type: 'committed'; readonly notice: FoldNotice; readonly folded: FoldedSequences }
  /** Everything within the limit of that number is folded. */
  | { readonly type: 'reached'; readonly number: number }
  /** The stream did not have these events, and the archive did. */
  | { readonly type: 'repaired'; readonly first: number; readonly last: number }
  | { readonly type: 'lag'; readonly lag: FoldLag }
  | { readonly type: 'mismatch'; readonly reason: string }
  | { readonly type: 'damaged'; readonly reason: string }
  /** The stream has lost what was folded: what is folded is right, and nothing may be recorded. */
  | { readonly type: 'lost'; readonly reason: string }
  | { readonly type: 'failed'; readonly reason: string };

/** What the verifier's worker tells the main thread; `lagEvents` as of the last look at the end of the record. */
export type VerifierMessage =
  | { readonly type: 'opened' }
  | { readonly type: 'verified'; readonly sequence: number; readonly lagEvents: number; readonly invalidCount: number }
  | { readonly type: 'invalid'; readonly invalid: readonly { readonly endpointId: string; readonly sequence: number; readonly reason: string }[] }
  | { readonly type: 'failed'; readonly reason: string };

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
