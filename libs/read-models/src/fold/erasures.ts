import { prepareAll } from '../sqlite/statements.ts';
import type { NoArguments, Parameter } from '../sqlite/statements.ts';
import type { Connection } from '../sqlite/open.ts';

interface Erasure {
  /** Unix ms of the record. */
  readonly at: number;
  /** It has not come back since: what it still reports is not taken either. */
  readonly gone: boolean;
}

/** Endpoints whose data was erased, by their key: what was recorded before that is not taken, whenever it is read. */
export class Erasures {
  private known: Map<number, Erasure> | undefined;
  private readonly all: (args: NoArguments) => { key: number; erasedAt: number | null; erasedPosition: number | null; keyedFrom: number }[];

  constructor(connection: Connection) {
    this.all = prepareAll(connection, (query, _: Parameter<NoArguments>) =>
      query.selectFrom('endpoints').select(['key', 'erasedAt', 'erasedPosition', 'keyedFrom']).where('erasedPosition', 'is not', null));
  }

  /** True for what an endpoint sent before its data was erased. */
  covers(endpointKey: number, recordedAt: number): boolean {
    return recordedAt <= (this.of(endpointKey)?.at ?? -1);
  }

  /** True while an erased endpoint has not come back. */
  isGone(endpointKey: number): boolean {
    return this.of(endpointKey)?.gone ?? false;
  }

  /** Nearly always empty, and asked for every sample: rows are read again only after one changed. */
  forget(): void {
    this.known = undefined;
  }

  private of(endpointKey: number): Erasure | undefined {
    this.known ??= new Map(this.all({}).map(({ key, erasedAt, erasedPosition, keyedFrom }) => [key, { at: erasedAt ?? 0, gone: keyedFrom < (erasedPosition ?? 0) }]));
    return this.known.get(endpointKey);
  }
}
