import { Controller, Get, Query } from '@nestjs/common';
import { checkpointListQuerySchema, checkpointPageSchema, checkpointSchema, consistencyQuerySchema, consistencySchema, latestCheckpointQuerySchema } from '@kanade/contracts';
import { QueryBus } from '@nestjs/cqrs';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Operation } from '../http/operation.decorator.ts';
import { GetConsistencyQuery } from './get-consistency.query.ts';
import { GetLatestCheckpointQuery } from './get-latest-checkpoint.query.ts';
import { ListCheckpointsQuery } from './list-checkpoints.query.ts';

@ApiTags('checkpoints')
@Controller('api/v1/checkpoints')
export class CheckpointsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @Operation({
    id: 'listCheckpoints',
    needs: 'system:read',
    summary: 'Signed roots of the Merkle tree over the record, newest first; the last 10,000 that this replica signed.',
    answer: checkpointPageSchema,
    answerText: 'A page of checkpoints.',
  })
  list(@Query({ schema: checkpointListQuerySchema }) query: z.infer<typeof checkpointListQuerySchema>) {
    return this.queries.execute(new ListCheckpointsQuery(query));
  }

  @Get('latest')
  @Operation({
    id: 'getLatestCheckpoint',
    needs: 'system:read',
    summary: 'The newest checkpoint; one that covers a position where that is asked for.',
    answer: checkpointSchema,
    answerText: 'The checkpoint.',
    problems: ['not-found', 'position-unknown', 'read-behind'],
  })
  latest(@Query({ schema: latestCheckpointQuerySchema }) query: z.infer<typeof latestCheckpointQuerySchema>) {
    return this.queries.execute(new GetLatestCheckpointQuery(query));
  }

  @Get('consistency')
  @Operation({
    id: 'getConsistency',
    needs: 'system:read',
    summary: 'The proof that the record of one size is the beginning of the record of another.',
    answer: consistencySchema,
    answerText: 'The hashes of RFC 9162’s consistency proof.',
    problems: ['not-found', 'read-behind'],
  })
  consistency(@Query({ schema: consistencyQuerySchema }) query: z.infer<typeof consistencyQuerySchema>) {
    return this.queries.execute(new GetConsistencyQuery(query));
  }
}
