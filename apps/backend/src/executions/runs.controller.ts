import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { detailQuerySchema, outputQuerySchema, outputStreams, runDetailSchema, runIdSchema, runListQuerySchema, runPageSchema } from '@kanade/contracts';
import type { OutputStream } from '@kanade/contracts';
import { QueryBus } from '@nestjs/cqrs';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Principal } from '../accounts/principal.ts';
import { Operation } from '../http/operation.decorator.ts';
import { CurrentPrincipal } from '../http/principal.decorator.ts';
import { GetRunQuery } from './get-run.query.ts';
import { ListRunsQuery } from './list-runs.query.ts';
import { ReadRunOutputQuery } from './read-run-output.query.ts';

const streamSchema = z.enum(outputStreams);
const totalBytesHeader = 'Kanade-Total-Bytes';

@ApiTags('executions')
@Controller('api/v1/runs')
export class RunsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    id: 'listRuns',
    needs: 'fleet:read',
    summary: 'Runs, newest first.',
    answer: runPageSchema,
    answerText: 'A page of runs.',
    problems: ['position-unknown', 'past-trimmed', 'read-behind'],
  })
  list(@CurrentPrincipal() principal: Principal, @Query({ schema: runListQuerySchema }) query: z.infer<typeof runListQuerySchema>) {
    return this.queries.execute(new ListRunsQuery(principal, query));
  }

  @Get(':runId')
  @Operation({
    id: 'getRun',
    needs: 'fleet:read',
    summary: 'One run with the beginning of its output.',
    answer: runDetailSchema,
    answerText: 'The run.',
    problems: ['not-found', 'position-unknown', 'past-trimmed', 'read-behind'],
  })
  get(
    @CurrentPrincipal() principal: Principal,
    @Param('runId', { schema: runIdSchema }) runId: string,
    @Query({ schema: detailQuerySchema }) query: z.infer<typeof detailQuerySchema>,
  ) {
    return this.queries.execute(new GetRunQuery(principal, { runId, ...query }));
  }

  @Get(':runId/output/:stream')
  @Operation({ id: 'getRunOutput', needs: 'fleet:read', summary: 'Raw bytes of one output stream.', answerText: 'The bytes from `offset`.', problems: ['not-found', 'output-expired', 'output-erased', 'position-unknown', 'past-trimmed', 'read-behind'] })
  @ApiResponse({
    status: 200,
    headers: { [totalBytesHeader]: { description: 'Bytes of the stream so far.', schema: { type: 'integer' } } },
    content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
  })
  async output(
    @CurrentPrincipal() principal: Principal,
    @Param('runId', { schema: runIdSchema }) runId: string,
    @Param('stream', { schema: streamSchema }) stream: OutputStream,
    @Query({ schema: outputQuerySchema }) query: z.infer<typeof outputQuerySchema>,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const output = await this.queries.execute(new ReadRunOutputQuery(principal, { runId, stream, ...query }));
    await reply
      .header('content-type', 'application/octet-stream')
      .header('content-disposition', `attachment; filename="${runId}.${stream}"`)
      .header(totalBytesHeader, output.totalBytes)
      .send(Buffer.from(output.bytes));
  }
}
