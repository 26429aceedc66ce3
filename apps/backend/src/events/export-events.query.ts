import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import { formatPosition, parsePosition } from '@kanade/contracts';
import type { Checkpoint } from '@kanade/contracts';
import type { StoredMessage } from '@kanade/messaging';
import { controlKeySubject, exportFormat, exportPieces } from '@kanade/proof';
import type { ExportSource, HeadLine } from '@kanade/proof';
import { Broker } from '../broker/broker.ts';
import { CheckpointKeeper } from '../checkpoints/checkpoint-keeper.ts';
import { Clock } from '../clock.ts';
import { DomainError } from '../domain-error.ts';
import { SignedKeysets } from '../endpoints/signed-keyset.ts';
import { notFound } from '../projections/answers.ts';
import { FoldClient } from '../projections/fold-client.ts';
import { positionUnknown } from '../projections/past.ts';
import { sweptEvents } from '@kanade/read-models';
import type { Reader } from '@kanade/read-models';
import { erasedEndpointsSql, exportedSql, isExported, keyEventsSql } from './export-reads.ts';
import { ofPrincipal } from './of-principal.ts';
import type { ExportEventsParams } from './export-reads.ts';
import { firstPositionFrom } from './position-at-time.ts';

export interface EventExport {
  /** The export has what it is of up to here. */
  readonly position: string;
  /** The file piece by piece, read as fast as somebody takes it. */
  readonly pieces: AsyncIterable<string>;
}

/** Events with the proof that they stand in the record, oldest first. */
export class ExportEventsQuery extends Query<EventExport> {
  constructor(readonly params: ExportEventsParams) {
    super();
  }
}

const windowSize = 20_000;
const pageSize = 500;
/** As many events are asked of the broker at once. */
const atOnce = 50;

@QueryHandler(ExportEventsQuery)
export class ExportEventsHandler implements IQueryHandler<ExportEventsQuery> {
  constructor(
    private readonly fold: FoldClient,
    private readonly broker: Broker,
    private readonly keeper: CheckpointKeeper,
    private readonly keysets: SignedKeysets,
    private readonly clock: Clock,
  ) {}

  async execute({ params }: ExportEventsQuery): Promise<EventExport> {
    const checkpoint = await this.checkpointFor(params);
    const end = formatPosition({ incarnation: checkpoint.incarnation, sequence: checkpoint.size });
    const db = await this.fold.reader(end);
    const from = params.from === undefined ? 1 : await this.firstFrom(db, Date.parse(params.from));
    const behind = params.to === undefined ? checkpoint.size + 1 : await this.firstFrom(db, Date.parse(params.to) + 1);
    const head = db.snapshot((): HeadLine => {
      const sequence = (position: string | undefined): number => this.sequenceOf(position, checkpoint);
      const start = Math.max(from - 1, sequence(params.after));
      const { endpointId, executionId, type, principal } = params;
      return {
        kind: 'head', format: exportFormat, exportedAt: new Date(this.clock.now()).toISOString(), filter: { endpointId, executionId, type, principal }, start,
        until: Math.max(start, Math.min(checkpoint.size, behind - 1)), checkpoint, keyset: this.keysets.get(),
      };
    });
    const after = params.resume === undefined ? head.start : Math.max(head.start, this.sequenceOf(params.resume, checkpoint));
    return { position: end, pieces: exportPieces(head, await this.source(params, checkpoint), after) };
  }

  /** The first position recorded at a time (Unix ms) or later; where the index has only some of the events, the record tells. */
  private async firstFrom(db: Reader, at: number): Promise<number> {
    const swept = sweptEvents(db);
    const indexed = firstPositionFrom(db, at);
    if (indexed > swept) return indexed;
    const { events } = this.broker.get();
    let [low, high] = [1, swept + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (((await events.get(middle))?.recordedAt ?? Infinity) >= at) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The one an export that broke off was made for; else one that covers everything that is folded. */
  private async checkpointFor({ checkpoint: size, minPosition }: ExportEventsParams): Promise<Checkpoint> {
    if (size === undefined) {
      await this.fold.reader(minPosition);
      const { position } = this.fold.status();
      if (position === null || parsePosition(position)?.sequence === 0) throw notFound('checkpoint', 'over an empty record');
      return this.keeper.covering(minPosition ?? position);
    }
    const known = this.keeper.ofSize(size);
    if (known === undefined) throw notFound('checkpoint', `over ${size} events`);
    return known;
  }

  private sequenceOf(position: string | undefined, { incarnation, size }: Checkpoint): number {
    if (position === undefined) return 0;
    const parts = parsePosition(position);
    if (parts?.incarnation !== incarnation) throw positionUnknown(position, { incarnation, sequence: size });
    if (parts.sequence > size) throw new DomainError('invalid-request', `${position} is behind the checkpoint the export is made for.`);
    return parts.sequence;
  }

  private async source(params: ExportEventsParams, { incarnation, size }: Checkpoint): Promise<ExportSource> {
    const { events } = this.broker.get();
    const { subtrees } = this.keeper.tree();
    const db = await this.fold.reader();
    const erased = new Map(db.all(erasedEndpointsSql()).map(({ id, erasedPosition }) => [id, erasedPosition ?? 0]));
    const get = async (positions: readonly number[]): Promise<StoredMessage[]> => {
      const found = await Promise.all(positions.map((position) => events.get(position)));
      return found.map((message, index) => {
        if (message === undefined) throw new DomainError('internal', `event ${positions[index] ?? 0} is gone from the record`);
        return message;
      });
    };
    const fold = this.fold;
    const principals = params.principal === undefined ? undefined : new Set(db.all(ofPrincipal(params.principal)).map(({ principal }) => principal));
    return {
      subtrees,
      all: (after, to) => events.read({ from: after + 1, to }),
      async *chosen(after, to) {
        for (let from = after; from < to; ) {
          const window = { after: from, to: Math.min(to, from + windowSize), limit: pageSize };
          const reader = await fold.reader();
          const { positions, swept } = reader.snapshot((place) => {
            if (place.incarnation !== incarnation) throw positionUnknown(formatPosition({ incarnation, sequence: from }), place);
            return { positions: reader.all(exportedSql(params, window)).map(({ position }) => position), swept: sweptEvents(reader) };
          });
          if (from < swept) {
            // The index has only some of these: the record itself is gone through.
            for await (const batch of events.read({ from: from + 1, to: Math.min(to, swept) })) yield batch.filter((message) => isExported(params, principals, message));
            from = Math.min(to, swept);
            continue;
          }
          for (let start = 0; start < positions.length; start += atOnce) yield await get(positions.slice(start, start + atOnce));
          from = positions.length < pageSize ? window.to : (positions.at(-1) ?? window.to);
        }
      },
      erasedAt: (endpointId) => erased.get(endpointId),
      keyEvents: async (endpointId) => get((await fold.reader()).all(keyEventsSql(endpointId, size)).map(({ position }) => position)),
      controlKeyEvents: () => events.readSubject(controlKeySubject),
      event: (position) => events.get(position),
      sign: (text) => this.keeper.signText(text),
    };
  }
}
