import { setImmediate as turn } from 'node:timers/promises';
import { parseEventSubject } from '@kanade/contracts';
import { sha256Hex } from '../digest.ts';
import type { Subtrees } from '../merkle.ts';
import type { StoredMessage } from '../message.ts';
import { blockEvents, eventLine, eventPath, exportText, isUnfiltered, leavesLine } from './format.ts';
import type { EventLine, ExportLine, HeadLine } from './format.ts';

/** Where the events of an export come from. */
export interface ExportSource {
  readonly subtrees: Subtrees;
  /** Every event from after one position to another, in order. */
  all(after: number, to: number): AsyncIterable<readonly StoredMessage[]>;
  /** Those the filter lets through, in order. */
  chosen(after: number, to: number): AsyncIterable<readonly StoredMessage[]>;
  /** The position of the erasure of an endpoint's data; undefined where there was none. */
  erasedAt(endpointId: string): number | undefined;
  /** Events that give an endpoint its keys. */
  keyEvents(endpointId: string): Promise<readonly StoredMessage[]>;
  /** Events that tell of the backend's own keys. */
  controlKeyEvents(): Promise<readonly StoredMessage[]>;
  event(position: number): Promise<StoredMessage | undefined>;
  /** Signs with the checkpoint key. */
  sign(text: string): string;
}

const endpointOf = ({ subject }: Pick<StoredMessage, 'subject'>): string | undefined => {
  const writer = parseEventSubject(subject);
  if (writer?.kind === 'endpoint') return writer.endpointId;
  return writer?.aggregate === 'endpoint' ? writer.id : undefined;
};

/** Makes the lines of events: without the body where it was erased, with a path where they have no leaves line. */
function openLines(head: HeadLine, source: ExportSource, hasPaths: boolean) {
  const { size } = head.checkpoint;
  const shown = new Set<string>();

  const line = (kind: EventLine['kind'], message: StoredMessage): EventLine => {
    const endpointId = endpointOf(message);
    const erased = endpointId === undefined ? undefined : source.erasedAt(endpointId);
    const path = hasPaths || kind === 'key' ? { path: eventPath(source.subtrees, message.sequence, size) } : {};
    return eventLine(kind, message, { ...path, ...(erased !== undefined && message.sequence < erased ? { erasedDigest: sha256Hex(message.body) } : {}) });
  };

  return {
    line,
    /** What an endpoint's events are checked with, before the first of them. */
    async keysFor(message: StoredMessage): Promise<EventLine[]> {
      const endpointId = endpointOf(message);
      if (endpointId === undefined || shown.has(endpointId)) return [];
      shown.add(endpointId);
      const erased = source.erasedAt(endpointId);
      const erasure = erased === undefined || erased > size ? undefined : await source.event(erased);
      return [...(await source.keyEvents(endpointId)), ...(erasure === undefined ? [] : [erasure])].map((each) => line('key', each));
    },
    async controlKeys(): Promise<EventLine[]> {
      return (await source.controlKeyEvents()).filter(({ sequence }) => sequence <= size).map((each) => line('key', each));
    },
  };
}

const tileOf = (position: number): number => Math.floor((position - 1) / blockEvents);

/** Every event of the range, with the leaves of each tile before it. */
async function* everything(head: HeadLine, source: ExportSource, after: number): AsyncGenerator<ExportLine[]> {
  const { size } = head.checkpoint;
  const lines = openLines(head, source, false);
  // One that ends before the record does can lack the event that erased what it has.
  const isWhole = head.start === 0 && head.until === size;
  if (!isWhole) yield await lines.controlKeys();
  let tile = -1;
  for await (const batch of source.all(after, head.until)) {
    const made: ExportLine[] = [];
    for (const message of batch) {
      if (tileOf(message.sequence) !== tile) made.push(leavesLine(source.subtrees, message.sequence, size));
      tile = tileOf(message.sequence);
      if (!isWhole) made.push(...(await lines.keysFor(message)));
      made.push(lines.line('event', message));
    }
    yield made;
    await turn();
  }
  yield [{ kind: 'end', after: head.until, signature: source.sign(exportText(head, 'end', head.until, [])) }];
}

/** The events a filter lets through, each with its path; what each block has is signed, so that none can be taken out. */
async function* filtered(head: HeadLine, source: ExportSource, after: number): AsyncGenerator<ExportLine[]> {
  const lines = openLines(head, source, true);
  let before = after;
  let positions: number[] = [];
  const block = (): ExportLine => {
    const made = { kind: 'block', after: before, positions, signature: source.sign(exportText(head, 'block', before, positions)) } as const;
    before = positions.at(-1) ?? before;
    positions = [];
    return made;
  };
  yield await lines.controlKeys();
  for await (const batch of source.chosen(after, head.until)) {
    const made: ExportLine[] = [];
    for (const message of batch) {
      made.push(...(await lines.keysFor(message)), lines.line('event', message));
      positions.push(message.sequence);
      if (positions.length === blockEvents) made.push(block());
    }
    yield made;
    await turn();
  }
  const last = positions.length > 0 ? [block()] : [];
  yield [...last, { kind: 'end', after: before, signature: source.sign(exportText(head, 'end', before, [])) }];
}

/** An export piece by piece, from its head on; events from after a position. */
export async function* exportPieces(head: HeadLine, source: ExportSource, after: number): AsyncGenerator<string> {
  const text = (lines: readonly ExportLine[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  yield text([head]);
  for await (const lines of isUnfiltered(head.filter) ? everything(head, source, after) : filtered(head, source, after)) {
    if (lines.length > 0) yield text(lines);
  }
}
