import type { Checkpoint } from '@kanade/contracts';
import type { ExportFilter } from './format.ts';

/** What can be wrong with an export. */
export type DefectKind =
  /** The event is not the one that was recorded there. */
  | 'altered'
  /** An event that belongs into the export is not in it. */
  | 'missing'
  /** The event stands where it does not belong. */
  | 'reordered'
  /** The event stands there more than once. */
  | 'duplicated'
  /** An event that does not belong into the export. */
  | 'inserted'
  /** Recorded as it stands, but not signed by whom it says it is of. */
  | 'forged'
  /** A body was taken out, and the record tells of no erasure. */
  | 'withheld'
  /** What it is to be checked with is not there. */
  | 'unverifiable'
  /** A line that proves something was altered. */
  | 'proof-damaged'
  /** A line that is no line of an export. */
  | 'unreadable'
  /** It ends before its end, or before a checkpoint that is known. */
  | 'cut-short'
  /** A checkpoint or keyset is not signed by whom it has to be. */
  | 'checkpoint-signature'
  /** The record is not the one a known checkpoint was signed over. */
  | 'checkpoint-contradicted'
  /** It is of another history than the checkpoint that is known. */
  | 'foreign-incarnation';

export interface Defect {
  readonly kind: DefectKind;
  /** Of the event it is about, or of the first one; null where it is about none. */
  readonly position: number | null;
  /** The last event it is about, where that is another. */
  readonly through?: number;
  /** In English. */
  readonly detail: string;
}

/** Something the record says was erased: nothing is wrong where it is not there any more. */
export interface Erasure {
  /** Where the record says so. */
  readonly position: number;
  readonly what: 'endpoint' | 'output';
  /** The id of the endpoint, or of the execution whose output it was. */
  readonly id: string;
  /** How many events of the export have no body because of it. */
  readonly events: number;
}

/** What came of checking an export. */
export interface ExportReport {
  /** True when there is no defect. */
  readonly ok: boolean;
  /** Null when the export has no head to speak of. */
  readonly checkpoint: Checkpoint | null;
  readonly filter: ExportFilter | null;
  /** From the event after this position … */
  readonly start: number;
  /** … to this one. */
  readonly until: number;
  /** Events that are proven to be the record's. */
  readonly events: number;
  readonly signatures: {
    /** Signatures that hold. */
    readonly valid: number;
    /** Events of endpoints that a signature outside of the export covers, if any: their place is proven, their author is not. */
    readonly uncovered: number;
    /** Events of endpoints whose keys were erased with their data. */
    readonly unknown: number;
    /** Events signed with a key that had just been replaced. */
    readonly replaced: number;
  };
  readonly erasures: readonly Erasure[];
  /** At most 10,000, in the order they were found. */
  readonly defects: readonly Defect[];
  readonly defectCount: number;
  /** Up to where this can know, in English sentences. */
  readonly notes: readonly string[];
}
