import { Readable } from 'node:stream';
import { Controller, Get, Query, Res } from '@nestjs/common';
import { auditExportQuerySchema, auditListQuerySchema, auditPageSchema } from '@kanade/contracts';
import { QueryBus } from '@nestjs/cqrs';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Operation } from '../http/operation.decorator.ts';
import { auditFormats } from './audit-formats.ts';
import { ExportAuditQuery } from './export-audit.query.ts';
import { ListAuditQuery } from './list-audit.query.ts';

const positionHeader = 'Kanade-Position';
const text = { schema: { type: 'string' } } as const;

@ApiTags('audit')
@Controller('api/v1/audit')
export class AuditController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    id: 'listAudit',
    needs: 'audit:read',
    summary: 'What people and tokens did and what they were refused, newest first.',
    answer: auditPageSchema,
    answerText: 'A page of entries.',
    problems: ['position-unknown', 'past-trimmed', 'read-behind'],
  })
  list(@Query({ schema: auditListQuerySchema }) query: z.infer<typeof auditListQuerySchema>) {
    return this.queries.execute(new ListAuditQuery(query));
  }

  @Get('export')
  @Operation({
    id: 'exportAudit',
    needs: 'audit:read',
    summary: 'The audit as a file, oldest first, as long as it takes.',
    answerText: 'The file; one that is cut short ends without the last chunk of its transfer.',
    problems: ['position-unknown', 'read-behind'],
  })
  @ApiResponse({
    status: 200,
    headers: { [positionHeader]: { description: 'The position up to which everything is in the file.', schema: { type: 'string' } } },
    content: { [auditFormats.ndjson.mediaType]: text, [auditFormats.csv.mediaType]: text },
  })
  async export(
    @Query({ schema: auditExportQuerySchema }) query: z.infer<typeof auditExportQuerySchema>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { position, mediaType, pieces } = await this.queries.execute(new ExportAuditQuery(query));
    await reply
      .header('content-type', `${mediaType}; charset=utf-8`)
      .header('content-disposition', `attachment; filename="kanade-audit.${query.format}"`)
      .header(positionHeader, position)
      .send(Readable.from(pieces));
  }
}
