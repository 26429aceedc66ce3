import { setImmediate as turn } from 'node:timers/promises';
import { Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import { formatPosition } from '@kanade/contracts';
import type { auditExportQuerySchema } from '@kanade/contracts';
import type { Reader } from '@kanade/read-models';
import type { z } from 'zod';
import { FoldClient } from '../projections/fold-client.ts';
import { positionUnknown } from '../projections/past.ts';
import { auditFormats } from './audit-formats.ts';
import { auditAfterSql, auditEntry } from './audit-view.ts';
import { auditRange } from './list-audit.query.ts';

export type ExportAuditParams = z.infer<typeof auditExportQuerySchema>;

export interface AuditExport {
  /** The export has everything up to here, and nothing after it. */
  readonly position: string;
  readonly mediaType: string;
  /** The file piece by piece, read as fast as somebody takes it; throws when the read model is built anew meanwhile. */
  readonly pieces: AsyncIterable<string>;
}

/** The whole audit, or what was recorded between two times, oldest first. */
export class ExportAuditQuery extends Query<AuditExport> {
  constructor(readonly params: ExportAuditParams) {
    super();
  }
}

const pageSize = 500;

/** Reads page by page, each from whatever the read model is then: what stands in it up to a position never changes. */
export async function* auditPieces(reader: () => Promise<Reader>, incarnation: string, range: { readonly after: number; readonly before: number }, format: ExportAuditParams['format']) {
  const { head, line } = auditFormats[format];
  if (head !== '') yield head;
  let { after } = range;
  for (;;) {
    const db = await reader();
    const rows = db.snapshot((place) => {
      if (place.incarnation !== incarnation) throw positionUnknown(formatPosition({ incarnation, sequence: after }), place);
      return db.all(auditAfterSql(after, range.before, pageSize));
    });
    if (rows.length > 0) yield rows.map((row) => line(auditEntry(row, incarnation))).join('');
    after = rows.at(-1)?.position ?? after;
    if (rows.length < pageSize) return;
    // Other requests come between two pages.
    await turn();
  }
}

@QueryHandler(ExportAuditQuery)
export class ExportAuditHandler implements IQueryHandler<ExportAuditQuery> {
  constructor(private readonly fold: FoldClient) {}

  async execute({ params }: ExportAuditQuery): Promise<AuditExport> {
    const db = await this.fold.reader(params.minPosition);
    return db.snapshot((place) => {
      const { from = 0, to = Infinity } = auditRange(db, params);
      const before = Math.min(to, place.sequence + 1);
      const pieces = auditPieces(() => this.fold.reader(), place.incarnation, { after: from - 1, before }, params.format);
      return { position: formatPosition(place), mediaType: auditFormats[params.format].mediaType, pieces };
    });
  }
}
