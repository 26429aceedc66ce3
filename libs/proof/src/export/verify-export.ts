import { keysetSchema, signedText } from '@kanade/contracts';
import type { Checkpoint } from '@kanade/contracts';
import { checkpointFault, readHash } from '../checkpoint.ts';
import { sha256Hex } from '../digest.ts';
import { eventLeaf } from '../leaf.ts';
import { rootFrom, rootOf } from '../merkle.ts';
import { verifyBytes } from '../signatures.ts';
import type { PublicSigningKey } from '../signatures.ts';
import type { TrustedKeys } from '../trusted-keys.ts';
import { blockEvents, exportText, isUnfiltered, leavesOf } from './format.ts';
import type { BlockLine, EndLine, EventLine, HeadLine, LeavesLine } from './format.ts';
import { KnownCheckpoints } from './known-checkpoints.ts';
import { notesOf } from './notes.ts';
import { readExportLine } from './read-line.ts';
import type { Defect, ExportReport } from './report.ts';
import { Settlement } from './settle.ts';
import type { Group } from './settle.ts';
import { SignatureChecks } from './signature-checks.ts';
import type { ReadEvent } from './signature-checks.ts';

export interface VerifyExportOptions {
  readonly keys: TrustedKeys;
  /** Checkpoints known from elsewhere: from a witness, or from an earlier look. */
  readonly known?: readonly Checkpoint[] | undefined;
}

const mostDefects = 10_000;
const isSameHash = (one: Uint8Array | undefined, other: Uint8Array): boolean => one !== undefined && Buffer.compare(one, other) === 0;

function readEvent(line: EventLine): ReadEvent {
  const { position: sequence, subject, headers, erasedDigest } = line;
  const body = line.base64 === undefined ? Buffer.from(line.body ?? '') : Buffer.from(line.base64, 'base64');
  const path = line.path === undefined ? {} : { path: line.path.map(readHash) };
  return { sequence, recordedAt: Date.parse(line.recordedAt), subject, headers, body, bodyDigest: erasedDigest ?? sha256Hex(body), erased: erasedDigest !== undefined, ...path };
}

interface Tile {
  readonly from: number;
  readonly hashes: readonly Buffer[];
  readonly isProven: boolean;
}

/** Everything that depends on the head. */
interface Frame {
  readonly head: HeadLine;
  readonly root: Buffer;
  readonly isFull: boolean;
  readonly signers: readonly PublicSigningKey[];
  readonly settlement: Settlement;
  readonly signatures: SignatureChecks;
  readonly known: KnownCheckpoints;
}

/** True when a path leads from an event to the root. */
function isOnPath({ head, root }: Frame, event: ReadEvent, path: ReadEvent['path']): boolean {
  if (path === undefined) return false;
  const range = { start: event.sequence - 1, end: event.sequence };
  return isSameHash(rootFrom(eventLeaf(event), range, head.checkpoint.size, path), root);
}

/** Checks an export line by line, without any network; what it finds is in the report. */
export class ExportVerifier {
  private readonly options: VerifyExportOptions;
  private readonly defects: Defect[] = [];
  private defectCount = 0;
  private frame: Frame | undefined;
  private tile: Tile | undefined;
  private waiting: ReadEvent[] = [];
  private proven = 0;
  private ended = false;
  private lines = 0;
  /** A line that could not be read; the last one of a file that was cut short is no defect of its own. */
  private broken: number | undefined;

  constructor(options: VerifyExportOptions) {
    this.options = options;
  }

  /** Takes the next line. */
  line(text: string): void {
    this.lines += 1;
    if (this.broken !== undefined) this.report({ kind: 'unreadable', position: null, detail: `line ${this.broken} is no line of an export` });
    this.broken = undefined;
    const line = readExportLine(text);
    if (line === undefined) this.broken = this.lines;
    else if (line.kind === 'head') this.begin(line);
    else if (this.frame === undefined) this.report({ kind: 'unreadable', position: null, detail: `line ${this.lines} stands before the first line of an export` });
    else if (this.ended) this.report({ kind: 'inserted', position: 'position' in line ? line.position : null, detail: `line ${this.lines} stands behind the end` });
    else if (line.kind === 'leaves') this.leaves(this.frame, line);
    else if (line.kind === 'block') this.block(this.frame, line);
    else if (line.kind === 'end') this.end(this.frame, line);
    else this.event(this.frame, line);
  }

  /** What came of it, after the last line. */
  finish(): ExportReport {
    const { frame } = this;
    if (frame === undefined) this.report({ kind: 'unreadable', position: null, detail: 'there is no export: its first line is missing' });
    if (frame !== undefined && !this.ended) this.cutShort(frame);
    else if (this.broken !== undefined) this.report({ kind: 'unreadable', position: null, detail: `line ${this.broken} is no line of an export` });
    frame?.settlement.finish();
    const erasures = frame?.signatures.finish() ?? [];
    const { head } = frame ?? {};
    const signatures = { ...(frame?.signatures.counts ?? { valid: 0, uncovered: 0, unknown: 0, replaced: 0 }) };
    const report = {
      ok: this.defectCount === 0, checkpoint: head?.checkpoint ?? null, filter: head?.filter ?? null, start: head?.start ?? 0, until: head?.until ?? 0,
      events: this.proven, signatures, erasures, defects: this.defects, defectCount: this.defectCount,
    };
    return { ...report, notes: head === undefined ? [] : notesOf(report, head, frame?.known.notCompared() ?? []) };
  }

  private report(defect: Defect): void {
    this.defectCount += 1;
    if (this.defects.length < mostDefects) this.defects.push(defect);
  }

  private begin(head: HeadLine): void {
    const report = (defect: Defect): void => this.report(defect);
    if (this.frame !== undefined) {
      const { incarnation } = this.frame.head.checkpoint;
      const kind = head.checkpoint.incarnation === incarnation ? 'inserted' : 'foreign-incarnation';
      report({ kind, position: null, detail: `line ${this.lines} begins another export, of history ${head.checkpoint.incarnation}` });
      return;
    }
    const { keys, known = [] } = this.options;
    const signers = [...keys.checkpoints, ...this.keysetSigners(head)];
    const fault = checkpointFault(head.checkpoint, signers);
    if (fault !== undefined) report({ kind: 'checkpoint-signature', position: head.checkpoint.size, detail: fault });
    if (head.until > head.checkpoint.size) report({ kind: 'proof-damaged', position: null, detail: 'the first line promises more events than its checkpoint covers' });
    const isFull = isUnfiltered(head.filter);
    this.frame = {
      head, isFull, signers, root: Buffer.from(head.checkpoint.root, 'hex'), settlement: new Settlement(head.start, report),
      signatures: new SignatureChecks(keys, isFull, report), known: new KnownCheckpoints(known, head.checkpoint, signers, report),
    };
  }

  /** Checkpoint keys newer than those at hand: the root key vouches for them. */
  private keysetSigners({ keyset: { body, signature } }: HeadLine): PublicSigningKey[] {
    const bytes = Buffer.from(body, 'base64url');
    if (!verifyBytes(this.options.keys.root.publicKey, signedText('keyset', 'kanade.keyset', sha256Hex(bytes)), signature)) {
      this.report({ kind: 'checkpoint-signature', position: null, detail: 'the keyset in the first line is not signed by the root key' });
      return [];
    }
    const keyset = keysetSchema.safeParse(JSON.parse(bytes.toString()));
    return (keyset.data?.keys ?? []).filter(({ use }) => use === 'checkpoint').map(({ id, publicKey }) => ({ id, publicKey }));
  }

  private event(frame: Frame, line: EventLine): void {
    const event = readEvent(line);
    if (line.kind === 'event') {
      if (frame.isFull && this.isBehindTile(frame, event)) this.settleTile(frame, Infinity);
      this.waiting.push(event);
      return;
    }
    if (isOnPath(frame, event, event.path)) frame.signatures.key(event);
    else this.report({ kind: 'altered', position: event.sequence, detail: 'the event that tells a key is not the one that was recorded there' });
  }

  /** True for the event after the last one of a tile whose leaves are not followed by others: their line is gone. */
  private isBehindTile({ head, settlement }: Frame, { sequence }: ReadEvent): boolean {
    const { tile, waiting } = this;
    const last = tile === undefined ? (Math.floor(Math.max(head.start, settlement.settled) / blockEvents) + 1) * blockEvents : tile.from + tile.hashes.length - 1;
    return sequence === last + 1 && waiting.some((event) => event.sequence === last);
  }

  private leaves(frame: Frame, line: LeavesLine): void {
    if (!frame.isFull || (this.tile?.isProven === true && this.tile.from === line.from)) return;
    this.settleTile(frame, Infinity);
    const { start, until, checkpoint } = frame.head;
    const next = Math.max(start, frame.settlement.settled) + 1;
    const hashes = leavesOf(line);
    const range = { start: line.from - 1, end: line.from - 1 + hashes.length };
    const isProven = hashes.length > 0 && isSameHash(rootFrom(rootOf(hashes), range, checkpoint.size, line.path.map(readHash)), frame.root);
    if (line.from > next) frame.settlement.skip(next, Math.min(until, line.from - 1), 'neither the events nor their leaves are there');
    this.tile = { from: line.from, hashes, isProven };
    if (isProven) frame.known.leaves(line.from, hashes);
  }

  /** Holds the events of the open tile against its leaves; of a file that ends in it, those up to `last`. */
  private settleTile(frame: Frame, last: number): void {
    const { tile, waiting } = this;
    if (tile === undefined && waiting.length === 0) return;
    this.tile = undefined;
    this.waiting = [];
    const { start, until, checkpoint } = frame.head;
    const first = tile?.from ?? Math.floor(Math.max(start, frame.settlement.settled) / blockEvents) * blockEvents + 1;
    const through = Math.min(tile?.isProven !== true ? first + blockEvents - 1 : first + tile.hashes.length - 1, checkpoint.size, until, last);
    const from = Math.max(first, start + 1);
    const expected = Array.from({ length: Math.max(0, through - from + 1) }, (_, index) => from + index);
    const hashes = tile?.isProven === true ? tile.hashes : this.recovered(waiting, { from: first, through: Math.min(first + blockEvents - 1, checkpoint.size) }, tile);
    const proven = this.settle(frame, waiting, { expected, proves: (event, position) => isSameHash(hashes[position - first], eventLeaf(event)) });
    if (tile?.isProven === true) this.proven += proven;
  }

  /** The leaves of a tile whose line is gone or damaged, from its events: they prove nothing, but may be all that is there. */
  private recovered(waiting: readonly ReadEvent[], { from, through }: { readonly from: number; readonly through: number }, tile: Tile | undefined): readonly Buffer[] {
    const own = new Map(waiting.map((event) => [event.sequence, eventLeaf(event)]));
    const hashes = Array.from({ length: through - from + 1 }, (_, index) => own.get(from + index) ?? tile?.hashes[index] ?? Buffer.alloc(0));
    const wrong = tile === undefined ? [] : hashes.flatMap((hash, index) => (isSameHash(tile.hashes[index], hash) ? [] : [from + index]));
    const [first, last] = [wrong[0] ?? from, wrong.at(-1) ?? through];
    this.report({ kind: 'proof-damaged', position: first, ...(last === first ? {} : { through: last }), detail: tile === undefined ? 'the leaves of these events are not there' : 'the leaves of these events do not lead to the checkpoint' });
    return hashes;
  }

  private block(frame: Frame, line: BlockLine): void {
    if (frame.isFull) return;
    const { head, settlement } = frame;
    const isSigned = frame.signers.some(({ publicKey }) => verifyBytes(publicKey, exportText(head, 'block', line.after, line.positions), line.signature));
    if (!isSigned) {
      this.report({ kind: 'proof-damaged', position: line.positions[0] ?? null, detail: 'the list of these events is not signed: what was left out of them is not known' });
      this.settleUnlisted(frame);
      return;
    }
    if (line.after > settlement.settled) settlement.skip(settlement.settled + 1, line.after, 'the events between these that belong into the export are not there');
    this.settleListed(frame, line.positions);
  }

  private settleListed(frame: Frame, expected: readonly number[]): void {
    const { waiting } = this;
    this.waiting = [];
    const paths = new Map(waiting.map(({ sequence, path }) => [sequence, path]));
    // Who changes events over may have left their paths where they were.
    this.proven += this.settle(frame, waiting, { expected, proves: (event, position) => isOnPath(frame, event, event.path) || isOnPath(frame, event, paths.get(position)) });
  }

  /** Events no list speaks of are what they are; whether they are all is not known. */
  private settleUnlisted(frame: Frame): void {
    const after = frame.settlement.settled;
    this.settleListed(frame, [...new Set(this.waiting.map(({ sequence }) => sequence))].filter((position) => position > after).sort((one, other) => one - other));
  }

  private settle(frame: Frame, waiting: readonly ReadEvent[], group: Group): number {
    const { proven, whole } = frame.settlement.settle(waiting, group);
    if (!whole) frame.signatures.forgetChains();
    for (const event of proven) frame.signatures.event(event);
    if (!whole) frame.signatures.forgetChains();
    return proven.length;
  }

  private end(frame: Frame, line: EndLine): void {
    const { head, settlement, isFull, signers } = frame;
    if (isFull) this.settleTile(frame, Infinity);
    else if (this.waiting.length > 0) this.unlistedEnd(frame);
    this.ended = true;
    if (!signers.some(({ publicKey }) => verifyBytes(publicKey, exportText(head, 'end', line.after, []), line.signature))) {
      this.report({ kind: 'proof-damaged', position: null, detail: 'the last line is not signed for what the first one says the export is of' });
    }
    const due = isFull ? head.until : line.after;
    if (settlement.settled < due) settlement.skip(settlement.settled + 1, due, 'the events up to the end are not there');
  }

  private unlistedEnd(frame: Frame): void {
    this.report({ kind: 'proof-damaged', position: this.waiting[0]?.sequence ?? null, detail: 'the list of these events is not there: what was left out of them is not known' });
    this.settleUnlisted(frame);
  }

  private cutShort(frame: Frame): void {
    const last = Math.max(frame.settlement.settled, ...this.waiting.map(({ sequence }) => sequence));
    if (frame.isFull) this.settleTile(frame, last);
    else this.settleUnlisted(frame);
    this.report({ kind: 'cut-short', position: frame.settlement.settled, detail: `the export ends after ${frame.settlement.settled}, before its last line; it was to go to ${frame.head.until}` });
  }
}
